import { Readable } from 'node:stream'
import { defineProfile, type Orphan, RindleError, type StorageAdapter, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { faultyStorage, memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { deploy } from './deployment.ts'
import { objectsIn, snapshot } from './snapshot.ts'

const accept = { types: ['image/*'], maxBytes: 40_000_000 } as const
const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept,
    variants: { thumb: image.crop(8, 8, { format: 'webp' }) },
  }),
  remote: defineProfile({ storage: 'remote', accept }),
}
const remote = memoryStorage()
const none = { scanned: 0, matched: 0, deleted: 0, bytes: 0, errors: 0, stopped: [] }
const all = { graceSeconds: 0 }
// Also if nothing else is in the storage.
const forced = { ...all, live: true, force: true }
// So that objects written in this very millisecond are old.
const inAMinute = (): Date => new Date(Date.now() + 60_000)

let application: Application<typeof profiles>

beforeAll(async () => {
  application = await startApplication({ profiles, storages: { remote }, now: inAMinute })
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets, pgboss.job cascade')
  for (const storage of [application.storage, remote]) await storage.deleteMany(await objectsIn(storage))
  for await (const { key, uploadId } of remote.multipart.listUploads('')) await remote.multipart.abort(key, uploadId)
})

async function put(storage: StorageAdapter, key: string, content = 'stray'): Promise<void> {
  await storage.put(key, Readable.from([content]), { contentType: 'image/jpeg' })
}

/** Objects of rows: a ready photo with its variant, one in another storage, and an upload in flight. */
async function known(): Promise<void> {
  const { rindle } = application
  const workers = await rindle.work()
  const picture = await quadrants(20, 20)
  for (const profile of ['photo', 'remote'] as const) {
    const { id } = await rindle.upload(profile, picture, { filename: 'a.jpg' })
    await settled(rindle, id)
  }
  await workers.stop()
  const session = await rindle.initiateUpload('photo', { filename: 'a.jpg', contentType: 'image/jpeg' })
  await put(application.storage, session.uploadKey)
}

/** Objects that others write at this moment, besides the existing ones. */
function withYoungObjects(count: number): StorageAdapter {
  return {
    ...remote,
    async *list(prefix, options) {
      yield* remote.list(prefix, options)
      const lastModified = new Date(Date.now() + 86_401_000)
      for (let index = 0; index < count; index += 1)
        yield { key: `photo/${NO_ASSET}/original-young${index}.jpg`, byteSize: 1, lastModified }
    },
  }
}

const NO_ASSET = '019a3b1c-7d2e-7f00-8000-000000000001'
const STRAYS = [
  `photo/${NO_ASSET}/original-abc.jpg`,
  `photo/${NO_ASSET}/thumb-0123456789abcdef.webp`,
  'staging/photo/no-asset/x.jpg',
] as const

async function keysFound(options: { prefix?: string; storage?: string } = {}): Promise<readonly string[]> {
  const found: Orphan[] = []
  await application.rindle.scanOrphans({ ...all, ...options, onOrphan: (orphan) => void found.push(orphan) })
  return found.map(({ storage, key }) => `${storage} ${key}`).toSorted((a, b) => (a < b ? -1 : 1))
}

describe('objects that were put behind our back', () => {
  it('are found exactly, and deleted with live', async () => {
    await known()
    const kept = [await objectsIn(application.storage), await objectsIn(remote)]
    expect(await keysFound()).toEqual([])
    for (const key of STRAYS) await put(application.storage, key)
    await put(remote, STRAYS[0])
    expect(await keysFound()).toEqual([...STRAYS.map((key) => `main ${key}`), `remote ${STRAYS[0]}`])

    const { rindle } = application
    const report = { ...none, scanned: 8, matched: 4, bytes: 20 }
    expect(await rindle.scanOrphans(all)).toEqual({ ...report, dryRun: true, interrupted: false })
    const before = await snapshot(rindle, application.storage)
    expect(await rindle.scanOrphans({ ...all, live: true })).toMatchObject({ ...report, deleted: 4, dryRun: false })
    const after = await snapshot(rindle, application.storage)
    expect(after.rows).toEqual(before.rows)
    expect([after.objects, await objectsIn(remote)]).toEqual(kept)
    expect(await rindle.scanOrphans({ ...all, live: true })).toMatchObject({ ...none, scanned: 4 })
  })

  it('are left alone while they are young: a row may be about to name them', async () => {
    await put(application.storage, STRAYS[0])
    const { rindle } = application
    expect(await rindle.scanOrphans({ live: true })).toMatchObject({ ...none, scanned: 1 })
    const tomorrow = (): Date => new Date(Date.now() + 86_401_000)
    const later = await deploy(application, profiles, {
      now: tomorrow,
      storages: { main: application.storage, remote },
    })
    expect(await later.scanOrphans({ live: true, force: true })).toMatchObject({
      ...none,
      scanned: 1,
      matched: 1,
      deleted: 1,
      bytes: 5,
    })
  })

  it('are looked for below a prefix, and in one storage, when these are named', async () => {
    for (const key of STRAYS) await put(application.storage, key)
    await put(remote, STRAYS[0])
    const below = [`main ${STRAYS[0]}`, `main ${STRAYS[1]}`, `remote ${STRAYS[0]}`]
    expect(await keysFound({ prefix: 'photo/' })).toEqual(below)
    expect(await keysFound({ storage: 'remote' })).toEqual([`remote ${STRAYS[0]}`])
    const { rindle } = application
    await expect(rindle.scanOrphans({ storage: 'x' })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(rindle.scanOrphans({ graceSeconds: -1 })).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('are those too that a promotion has copied and could not delete', async () => {
    let isAway = true
    const flaky = faultyStorage(application.storage, {
      onCall: (point, [key = '']) => {
        if (point !== 'delete:before' || !key.startsWith('staging/') || !isAway) return
        isAway = false
        throw new Error('The storage is away.')
      },
    })
    const rindle = await deploy(application, profiles, {
      storages: { main: flaky, remote },
      jobs: pgBossJobs({ pollingIntervalSeconds: 0.5, retryDelaySeconds: 0 }),
    })
    const workers = await rindle.work()
    const { session, request } = await rindle.presignedPut('photo', { filename: 'a.jpg', contentType: 'image/jpeg' })
    const { method, url, headers } = request
    const body = new Uint8Array(await quadrants(20, 20))
    await rindle.serveFile(new Request(url, { method, headers, body }))
    expect(await keysFound()).toEqual([])
    await rindle.verifyCompletion(session.id)
    const asset = await settled(rindle, session.assetId)
    await workers.stop()
    expect(asset.state).toBe('ready')
    expect(await keysFound()).toEqual([`main ${session.uploadKey}`])

    expect(await application.rindle.scanOrphans({ ...all, live: true })).toMatchObject({ matched: 1, deleted: 1 })
    const inUse = [asset, ...asset.variants].map(({ storageKey }) => storageKey)
    expect(new Set(await objectsIn(application.storage))).toEqual(new Set(inUse))
    expect(await rindle.asset(asset.id)).toEqual(asset)
  })

  it('are counted as errors when they cannot be deleted, and gone after the next run', async () => {
    for (const key of STRAYS) await put(application.storage, key)
    let isBroken = true
    const broken = faultyStorage(application.storage, {
      onCall: (point) => {
        if (point === 'deleteMany:before' && isBroken) throw new Error('The storage is away.')
      },
    })
    const rindle = await deploy(application, profiles, { storages: { main: broken, remote }, now: inAMinute })
    expect(await rindle.scanOrphans(forced)).toMatchObject({ matched: 3, deleted: 0, errors: 3 })
    isBroken = false
    expect(await rindle.scanOrphans(forced)).toMatchObject({ matched: 3, deleted: 3, errors: 0 })
  })

  it('are found in any number, and by two at the same time', async () => {
    for (let index = 0; index < 1_100; index += 1) await put(remote, `photo/${NO_ASSET}/original-${index}.jpg`)
    const { rindle } = application
    const stop = new AbortController()
    const first = await rindle.scanOrphans({ ...forced, signal: stop.signal, onProgress: () => stop.abort() })
    expect(first).toMatchObject({ scanned: 500, matched: 500, deleted: 500, interrupted: true })
    const reports = await Promise.all([rindle.scanOrphans(forced), rindle.scanOrphans(forced)])
    // Together they found all of them; what one has deleted the other may not see any more.
    expect(reports.reduce((sum, { matched }) => sum + matched, 0)).toBeGreaterThanOrEqual(600)
    expect(reports.map(({ errors }) => errors)).toEqual([0, 0])
    expect(await objectsIn(remote)).toEqual([])
  })
})

describe('an object that a cancelled job has left', () => {
  it('is an orphan, unless its variant is to be made again: a worker may put it there while the scan deletes', async () => {
    let cancelled = ''
    let workWhileDeleting = async (): Promise<void> => {}
    const watched = faultyStorage(application.storage, {
      onCall: async (point, [key = '']) => {
        if (point === 'deleteMany:before') await workWhileDeleting()
        if (point !== 'put:after' || !key.includes('/thumb-') || cancelled !== '') return
        cancelled = key
        await rindle.cancelProcessing(id)
      },
    })
    const rindle = await deploy(application, profiles, { storages: { main: watched, remote }, now: inAMinute })
    const { id } = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg' })
    // Without the deletion that the worker has enqueued for it, as when it dies before that.
    const workers = await rindle.work({ queues: ['rindle_promote', 'rindle_process'] })
    expect(await settled(rindle, id)).toMatchObject({ state: 'degraded' })
    await workers.stop()
    expect(await keysFound()).toEqual([])
    await application.rindle.prisma.$executeRawUnsafe(`delete from pgboss.job where name = 'rindle_purge'`)
    expect(await keysFound()).toEqual([`main ${cancelled}`])

    await rindle.requeueVariants(id)
    await put(application.storage, STRAYS[0])
    workWhileDeleting = async () => {
      const others = await rindle.work({ queues: ['rindle_process'] })
      await settled(rindle, id)
      await others.stop()
    }
    const report = await rindle.scanOrphans({ ...all, live: true })
    const asset = await rindle.asset(id)
    expect(asset).toMatchObject({ state: 'ready', variants: [{ storageKey: cancelled }] })
    expect(new Set(await objectsIn(application.storage))).toEqual(new Set([asset?.storageKey, cancelled]))
    expect(report).toMatchObject({ matched: 1, deleted: 1, errors: 0 })
  })
})

describe('a database that is not the one of the storage', () => {
  const keys = Array.from({ length: 53 }, (_, index) => `photo/${NO_ASSET}/original-${index}.jpg`)
  const inRemote = { ...all, storage: 'remote' }

  it('which knows no asset in it, deletes nothing, however little is there', async () => {
    const { rindle } = application
    for (const count of [1, 53]) {
      for (const key of keys.slice(0, count)) await put(remote, key)
      const report = await rindle.scanOrphans({ ...inRemote, live: true })
      expect(report).toMatchObject({ scanned: count, matched: count, deleted: 0, errors: 0 })
      expect(report.stopped).toMatchObject([{ storage: 'remote', reason: 'no_assets' }])
      const objects = count === 1 ? 'object is' : 'objects are'
      expect(report.stopped[0]?.message).toMatch(
        new RegExp(`${count} of its ${count} old ${objects} unknown.*Nothing was deleted.*use the option force`),
      )
    }
    expect(await objectsIn(remote)).toHaveLength(53)
  })

  it('which knows less than half of the old objects, deletes nothing, unless it is forced', async () => {
    await known()
    const [mine] = await objectsIn(remote)
    for (const key of keys) await put(remote, key)
    const { rindle } = application
    const events: string[] = []
    const off = rindle.on('rindle.repair.stop', ({ metadata }) => void events.push(metadata.result))
    const found: string[] = []
    const onOrphan = ({ key }: Orphan): void => void found.push(key)
    expect(await rindle.scanOrphans({ ...inRemote, live: true, onOrphan })).toMatchObject({
      scanned: 54,
      matched: 53,
      deleted: 0,
      stopped: [{ storage: 'remote', reason: 'mostly_unknown' }],
    })
    expect(await objectsIn(remote)).toHaveLength(54)
    expect(found).toEqual([])
    // A dry run lists them all.
    expect(await rindle.scanOrphans({ ...inRemote, onOrphan })).toMatchObject({ matched: 53, stopped: [] })
    expect(found).toHaveLength(53)
    expect(await rindle.scanOrphans({ ...inRemote, live: true, force: true })).toMatchObject({
      deleted: 53,
      stopped: [],
    })
    off()
    expect(events).toEqual(['stopped', 'ok', 'ok'])
    expect(await objectsIn(remote)).toEqual([mine])
  })

  it('is not hidden by young objects', async () => {
    await known()
    for (const key of keys) await put(remote, key)
    const tomorrow = (): Date => new Date(Date.now() + 86_401_000)
    const storages = { main: application.storage, remote: withYoungObjects(200) }
    const later = await deploy(application, profiles, { now: tomorrow, storages })
    expect(await later.scanOrphans({ live: true, storage: 'remote' })).toMatchObject({ scanned: 254, deleted: 0 })
    expect(await objectsIn(remote)).toHaveLength(54)
  })

  it('stops at one storage, and not at the others', async () => {
    await known()
    await put(application.storage, STRAYS[0])
    for (const key of keys) await put(remote, key)
    expect(await application.rindle.scanOrphans({ ...all, live: true })).toMatchObject({
      deleted: 1,
      stopped: [{ storage: 'remote', reason: 'mostly_unknown' }],
    })
  })
})

describe('a storage that is down', () => {
  const away = (): never => {
    throw new RindleError('storage_unavailable', 'The storage is away.')
  }

  it('is left, with a summary, and the others are looked through', async () => {
    await known()
    await put(application.storage, STRAYS[0])
    const storages = { main: application.storage, remote: { ...remote, list: away } }
    const rindle = await deploy(application, profiles, { storages, now: inAMinute })
    expect(await rindle.scanOrphans({ ...all, live: true })).toMatchObject({
      deleted: 1,
      errors: 1,
      stopped: [{ storage: 'remote', reason: 'unavailable' }],
    })
  })

  it('that refuses every delete is left after some of them, and the log is short', async () => {
    for (let index = 0; index < 1_100; index += 1) await put(remote, `photo/${NO_ASSET}/original-${index}.jpg`)
    const lines: string[] = []
    const error = (_fields: unknown, message: string): void => void lines.push(message)
    const deaf = faultyStorage(remote, { onCall: (point) => (point === 'deleteMany:before' ? away() : undefined) })
    const rindle = await deploy(application, profiles, {
      storages: { main: application.storage, remote: deaf },
      now: inAMinute,
      logger: { ...silentLogger, error },
    })
    expect(await rindle.scanOrphans(forced)).toMatchObject({
      matched: 500,
      errors: 500,
      stopped: [{ storage: 'remote', reason: 'unavailable' }],
    })
    expect(lines.length).toBeLessThan(30)
  })
})

describe('unfinished multipart uploads', () => {
  it('are orphans when no open session knows them', async () => {
    const { rindle } = application
    const declared = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: 20_000_000 }
    const { session } = await rindle.initiateMultipartUpload('remote', declared)
    const stray = await remote.multipart.create('exports/a-store-that-was-killed.csv', { contentType: 'text/csv' })
    const again = await remote.multipart.create(session.uploadKey, { contentType: 'image/jpeg' })
    const report = { ...none, scanned: 3, matched: 2 }
    expect(await rindle.scanOrphans(all)).toMatchObject(report)
    expect(await rindle.scanOrphans(forced)).toMatchObject({ ...report, deleted: 2 })
    const left: string[] = []
    for await (const { uploadId } of remote.multipart.listUploads('')) left.push(uploadId)
    expect(left).toHaveLength(1)
    expect(left).not.toContain(stray.uploadId)
    expect(left).not.toContain(again.uploadId)
  })
})

it('a storage that cannot list is an error that names it', async () => {
  const blind = { ...remote, capabilities: new Set([...remote.capabilities].filter((name) => name !== 'list')) }
  const rindle = await deploy(application, profiles, { storages: { main: application.storage, remote: blind } })
  await expect(rindle.scanOrphans()).rejects.toMatchObject({
    code: 'capability_unsupported',
    details: { capability: 'list', adapter: 'memory', flow: 'maintenance' },
  })
  expect(await rindle.scanOrphans({ storage: 'main' })).toMatchObject(none)
})
