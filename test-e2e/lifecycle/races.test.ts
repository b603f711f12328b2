import { Readable } from 'node:stream'
import { defineProfile, silentLogger } from '@rindle/core'
import type { JobRequest } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { openDatabase } from '@rindle/prisma'
import { image } from '@rindle/processor-image/recipes'
import { type FaultPoint, faultyStorage } from '@rindle/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'
import { SLOTS } from '../support/slots.ts'

const ROUNDS = byRunLength('rounds of each race', { sample: 10, short: 50, long: 1_000 })

const profiles = {
  plain: defineProfile({ storage: 'main', slots: SLOTS, accept: { types: ['image/*'], maxBytes: 1_000_000 } }),
  // One variant of each class: two jobs that finish at the same instant.
  pair: defineProfile({
    storage: 'main',
    slots: SLOTS,
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    variants: {
      fast: image.crop(4, 4),
      slow: image.crop(4, 4, { format: 'avif' }),
    },
  }),
}

let application: Application<typeof profiles>
let picture: Buffer

beforeAll(async () => {
  application = await startApplication({ profiles })
  picture = await quadrants(16, 16)
})
afterAll(async () => application[Symbol.asyncDispose]())

/** A second promote job for each asset, under another key: the adapter would not admit two of one key. */
async function enqueueSecondPromotions(assetIds: readonly string[]): Promise<void> {
  const database = openDatabase(application.databaseUrl)
  const jobs = pgBossJobs()
  jobs.connect({ database, logger: silentLogger })
  await database.transaction(async (tx) => {
    const requests = assetIds.map((assetId): JobRequest => {
      return { queue: 'rindle_promote', key: `${assetId}-again`, payload: { assetId } }
    })
    expect(await jobs.enqueue(requests, tx)).not.toContain(null)
  })
  await jobs.stop()
  await database.close()
}

const rounds = Array.from({ length: ROUNDS }, (_, round) => round)

it('two concurrent attaches to one slot leave exactly one, and purge the other', { timeout: 120_000 }, async () => {
  const { rindle } = application
  const workers = await application.work()
  const other = await application.another()
  const assets = []
  for (const round of rounds) {
    const owner = { type: 'race', id: round }
    const pair = await Promise.all([
      rindle.upload('plain', picture, { filename: 'a.jpg' }),
      other.upload('plain', picture, { filename: 'b.jpg' }),
    ])
    await Promise.all([rindle.attach(pair[0], owner, 'avatar'), other.attach(pair[1], owner, 'avatar')])
    assets.push({ owner, pair })
  }
  for (const { owner, pair } of assets) {
    const kept = await rindle.attachmentFor(owner, 'avatar')
    const lost = pair.find(({ id }) => id !== kept?.assetId)
    expect(kept).not.toBeNull()
    await vi.waitFor(async () => expect(await rindle.asset(lost?.id ?? '')).toBeNull(), { timeout: 20_000 })
    expect((await settled(rindle, kept?.assetId ?? '')).state).toBe('ready')
  }
  await workers.stop()
  expect((await rindle.checkInvariants()).violations).toEqual([])
})

it('two concurrent detaches of the last two attachments purge the asset once', { timeout: 120_000 }, async () => {
  const { rindle } = application
  const other = await application.another()
  const workers = await application.work()
  const ids: string[] = []
  for (const round of rounds) {
    const [one, two] = [
      { type: 'one', id: round },
      { type: 'two', id: round },
    ]
    const asset = await rindle.upload('plain', picture, { filename: 'a.jpg', owner: one, slot: 'avatar' })
    await rindle.attach(asset, two, 'avatar')
    await Promise.all([rindle.detach(one, 'avatar'), other.detach(two, 'avatar')])
    ids.push(asset.id)
  }
  for (const id of ids) {
    await vi.waitFor(async () => expect(await rindle.asset(id)).toBeNull(), { timeout: 20_000 })
  }
  await workers.stop()
  expect((await rindle.checkInvariants()).violations).toEqual([])
})

it('a detach during processing ends with the asset and all its objects gone', { timeout: 120_000 }, async () => {
  const { rindle } = application
  const workers = await application.work()
  const ids: string[] = []
  for (const round of rounds) {
    const owner = { type: 'detach', id: round }
    const asset = await rindle.upload('pair', picture, { filename: 'a.jpg', owner, slot: 'avatar' })
    // Each round detaches at another moment of the pipeline.
    await vi.waitFor(
      async () => {
        const state = (await rindle.asset(asset.id))?.state
        const moments = ['validating', 'analyzing', 'promoting', 'available', 'processing', 'ready']
        expect(moments.indexOf(state ?? '')).toBeGreaterThanOrEqual(round % 3 === 0 ? 0 : round % 3 === 1 ? 3 : 4)
      },
      { interval: 1, timeout: 20_000 },
    )
    await rindle.detach(owner, 'avatar')
    ids.push(asset.id)
  }
  for (const id of ids) {
    await vi.waitFor(async () => expect(await rindle.asset(id)).toBeNull(), { timeout: 20_000 })
  }
  await workers.stop()
  const left: string[] = []
  for (const id of ids) {
    for await (const { key } of application.storage.list(`pair/${id}/`)) left.push(key)
  }
  // A worker that was storing an output while the asset was purged takes it back itself.
  expect(left).toEqual([])
})

it.each(['deleteMany:before', 'deleteMany:after'] as const)(
  'a completion says that its upload has ended, of an asset whose purge is at %s',
  async (moment) => {
    const { rindle } = application
    const owner = { type: 'erased', id: moment }
    const { session, request } = await rindle.presignedPut('plain', { filename: 'a.jpg', contentType: 'image/jpeg' })
    const { method, url, headers } = request
    const body = new Uint8Array(picture)
    expect((await rindle.serveFile(new Request(url, { method, headers, body }))).status).toBe(200)
    const inspected = await rindle.inspectUpload(session.id)
    await rindle.attach({ id: session.assetId, profile: 'plain' }, owner, 'avatar')
    await rindle.detach(owner, 'avatar')

    const [reached, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const onCall = (point: FaultPoint): Promise<void> | undefined => {
      if (point !== moment) return undefined
      reached.resolve()
      return goOn.promise
    }
    const purger = await application.another({ storages: { main: faultyStorage(application.storage, { onCall }) } })
    const workers = await purger.work({ queues: ['rindle_purge'] })
    await reached.promise
    const completions = await Promise.allSettled([rindle.confirmUpload(inspected), rindle.verifyCompletion(session.id)])
    const { state } = await rindle.uploadSession(session.id)
    goOn.resolve()
    await vi.waitFor(async () => expect(await rindle.asset(session.assetId)).toBeNull(), { timeout: 10_000 })
    await workers.stop()
    const ended = { reason: { code: 'session_expired', details: { state: 'aborted' } } }
    expect(completions).toMatchObject([ended, ended])
    expect(state).toBe('signed')
    expect((await rindle.checkInvariants()).violations).toEqual([])
  },
)

it('a rejection locks the asset before its session, as everybody does', async () => {
  const { rindle } = application
  const declared = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: picture.byteLength + 1 }
  const session = await rindle.initiateUpload('plain', declared)
  await application.storage.put(session.uploadKey, Readable.from([picture]), { contentType: 'image/jpeg' })
  const database = openDatabase(application.databaseUrl)
  const rejected = await database.transaction(async (tx) => {
    await tx.executeSql('select 1 from rindle.media_assets where id = $1::uuid for no key update', [session.assetId])
    const completion = Promise.allSettled([rindle.verifyCompletion(session.id)])
    await vi.waitFor(
      async () => {
        const { rows } = await database.executeSql(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
        expect(rows).not.toEqual([])
      },
      { timeout: 10_000 },
    )
    const { rows: free } = await tx.executeSql(
      'select 1 from rindle.media_upload_sessions where id = $1::uuid for update skip locked',
      [session.id],
    )
    expect(free).toHaveLength(1)
    return { completion }
  })
  expect(await rejected.completion).toMatchObject([{ reason: { code: 'upload_rejected' } }])
  await database.close()
  expect(await rindle.asset(session.assetId)).toMatchObject({ state: 'quarantined' })
})

it('two variants that finish at the same instant leave the asset ready', { timeout: 120_000 }, async () => {
  const { rindle } = application
  const workers = await application.work({ concurrency: { rindle_process: 4 } })
  const assets = []
  for (const _round of rounds) assets.push(await rindle.upload('pair', picture, { filename: 'a.jpg' }))
  for (const { id } of assets) {
    const asset = await settled(rindle, id)
    expect(asset.state).toBe('ready')
    expect(asset.variants.map(({ state }) => state)).toEqual(['ready', 'ready'])
  }
  await workers.stop()
  expect((await rindle.checkInvariants()).violations).toEqual([])
})

it('the same promote job run twice at once plans every variant once', { timeout: 120_000 }, async () => {
  const { rindle } = application
  const other = await application.another()
  const ids: string[] = []
  for (const _round of rounds) ids.push((await rindle.upload('pair', picture, { filename: 'a.jpg' })).id)
  await enqueueSecondPromotions(ids)
  const workers = await Promise.all([application.work(), other.work()])
  for (const id of ids) {
    const asset = await settled(rindle, id)
    expect(asset.state).toBe('ready')
    expect(asset.variants.map(({ attempt }) => attempt)).toEqual([1, 1])
  }
  for (const worker of workers) await worker.stop()
  expect((await rindle.checkInvariants()).violations).toEqual([])
})
