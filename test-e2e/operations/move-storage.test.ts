import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type AssetWithVariants, defineProfile, type StorageAdapter } from '@rindle/core'
import { defineProcessor } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { localStorage } from '@rindle/storage-local'
import { s3Storage } from '@rindle/storage-s3'
import { type S3Server, useS3Server } from '@rindle/test-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import { quadrants } from '../support/pictures.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'
import { objectsIn, snapshot } from './snapshot.ts'

const VTT = 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n'
const MP4 = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp41\0\0\0\x08mdat', 'latin1')

const profiles = {
  photo: defineProfile({
    storage: 'main',
    slots: { avatar: 'one' },
    purge: { afterSeconds: 3_600 },
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    variants: { thumb: image.crop(8, 8, { format: 'webp' }) },
  }),
  film: defineProfile({ storage: 'main', accept: { types: ['video/mp4'], maxBytes: 1_000 } }),
}
const header = defineProcessor({
  name: 'header',
  recipes: [],
  probes: new Set(['video/mp4']),
  probe: () => Promise.resolve({ kind: 'video' as const, width: 160, height: 90, durationMs: 2_000 }),
  process: () => Promise.resolve(),
})

let server: S3Server
let bucket: StorageAdapter
let second: StorageAdapter
let attic: StorageAdapter
let application: Application<typeof profiles>
let picture: Buffer
/** What a test puts between the application and the bucket. */
let beforePut: (key: string) => Promise<void> = async () => {}

beforeAll(async () => {
  server = await useS3Server()
  picture = await quadrants(40, 30)
  ;[bucket, second] = [await openBucket(), await openBucket()]
  const { put } = { put: bucket.put.bind(bucket) }
  bucket.put = async (key, body, options) => {
    try {
      await beforePut(key)
    } catch (error) {
      body.destroy()
      throw error
    }
    return put(key, body, options)
  }
  application = await startApplication({
    profiles,
    processors: [warmImageProcessor(), header],
    jobs: pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }),
    storages: { bucket, second },
    delivery: { expiresInSeconds: 60, maxExpiresInSeconds: 120 },
  })
  await application.work()
  attic = localStorage({
    directory: join(application.directory, 'attic'),
    baseUrl: 'http://127.0.0.1/media',
    signingKey: 'another key for tests only, thirty-two characters',
  })
})
afterAll(async () => {
  await application[Symbol.asyncDispose]()
  await server.stop()
})

beforeEach(async () => {
  beforePut = async () => {}
  await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets, pgboss.job cascade')
  for (const each of [application.storage, bucket, second]) await each.deleteMany(await objectsIn(each))
})

async function openBucket(): Promise<{ -readonly [K in keyof StorageAdapter]: StorageAdapter[K] }> {
  const { region, endpoint, accessKeyId, secretAccessKey } = server
  const credentials = { accessKeyId, secretAccessKey }
  return s3Storage({ bucket: await server.createBucket(), region, endpoint, credentials })
}

/** Two photos and a film with a text track, all ready. */
async function fill(): Promise<readonly AssetWithVariants[]> {
  const { rindle } = application
  const uploads = [
    await rindle.upload('photo', picture, { filename: 'a.jpg' }),
    await rindle.upload('photo', picture, { filename: 'b.jpg' }),
    await rindle.upload('film', MP4, { filename: 'c.mp4' }),
  ]
  for (const { id } of uploads) await settled(rindle, id)
  await rindle.addTrack({ id: uploads[2]?.id ?? '' }, VTT, { kind: 'captions', lang: 'en' })
  return Promise.all(uploads.map(({ id }) => settled(rindle, id)))
}

async function sumsIn(storage: StorageAdapter): Promise<Readonly<Record<string, string>>> {
  const sums: Record<string, string> = {}
  for (const key of await objectsIn(storage)) {
    const { body } = await storage.get(key)
    sums[key] = createHash('sha256')
      .update(await buffer(body))
      .digest('hex')
  }
  return sums
}

const rowsOf = (sql: string) => application.rindle.prisma.$queryRawUnsafe<Record<string, unknown>[]>(sql)
const storagesNow = async () =>
  (await rowsOf('select distinct storage from rindle.media_assets order by storage')).map(({ storage }) => storage)
const moves = () => rowsOf('select asset_id, storage, delete_after from rindle.media_moves order by asset_id, storage')

/** Lets everything that waits for the end of its URLs be due. */
async function expire(): Promise<void> {
  await rowsOf('update rindle.media_moves set delete_after = now() where delete_after is not null')
  await makeDue(application.rindle)
  await vi.waitFor(async () => expect(await moves()).toEqual([]), 10_000)
}

test('a dry run counts what it would copy, and changes nothing', async () => {
  await fill()
  await vi.waitFor(
    async () => expect(await rowsOf("select 1 from pgboss.job where state = 'active'")).toEqual([]),
    5_000,
  )
  const before = await snapshot(application.rindle, application.storage)
  const report = await application.rindle.moveStorage({ to: 'bucket' })
  expect(report).toMatchObject({ found: 3, moved: 0, objects: 6, busy: 0, errors: 0, dryRun: true, interrupted: false })
  expect(await snapshot(application.rindle, application.storage)).toEqual(before)
  expect(await objectsIn(bucket)).toEqual([])
  expect(await moves()).toEqual([])
})

test('originals, variants and text tracks move, and URLs of before lead to the old objects until they have expired', async () => {
  const [first] = await fill()
  const { rindle } = application
  if (first === undefined) throw new Error('There is no asset.')
  const before = await sumsIn(application.storage)
  const old = await rindle.url(rindle.narrow(first, 'photo'))
  const report = await rindle.moveStorage({ to: 'bucket', live: true })
  expect(report).toMatchObject({ found: 3, moved: 3, objects: 6, busy: 0, errors: 0, dryRun: false })
  expect(await sumsIn(bucket)).toEqual(before)
  expect(await storagesNow()).toEqual(['bucket'])
  expect((await rindle.serveFile(new Request(old ?? ''))).status).toBe(200)

  const asset = await rindle.asset(first.id)
  if (asset === null) throw new Error('The asset is gone.')
  const fresh = await rindle.variantUrl(rindle.narrow(asset, 'photo'), 'thumb')
  expect(fresh).toContain(server.endpoint)
  expect((await fetch(fresh ?? '')).status).toBe(200)
  expect((await rindle.verifyStorage({ checksum: true })).present).toBe(2)
  expect((await rindle.scanOrphans({ graceSeconds: 0 })).matched).toBe(0)
  expect(await rindle.moveStorage({ to: 'bucket', live: true })).toMatchObject({ found: 0, objects: 0 })

  await expire()
  expect(await objectsIn(application.storage)).toEqual([])
  expect(await sumsIn(bucket)).toEqual(before)
})

test('inside one store the store copies, and the copies are compared all the same', async () => {
  await fill()
  const { rindle } = application
  await rindle.moveStorage({ to: 'bucket', live: true })
  const before = await sumsIn(bucket)
  const put = vi.spyOn(second, 'put')
  expect(await rindle.moveStorage({ from: 'bucket', to: 'second', live: true })).toMatchObject({ moved: 3, errors: 0 })
  expect(put).not.toHaveBeenCalled()
  put.mockRestore()
  expect(await sumsIn(second)).toEqual(before)
  const types: string[] = []
  for (const key of Object.keys(before)) types.push((await second.head(key))?.contentType ?? '')
  expect(types.toSorted()).toEqual(['image/jpeg', 'image/jpeg', 'image/webp', 'image/webp', 'text/vtt', 'video/mp4'])
})

test('an asset that comes back before its old objects are due keeps them, and loses what it left elsewhere', async () => {
  await fill()
  const { rindle, storage } = application
  const before = await sumsIn(storage)
  await rindle.moveStorage({ to: 'bucket', live: true })
  await rindle.moveStorage({ to: 'main', live: true })
  expect((await moves()).map(({ storage: name }) => name)).toEqual(['bucket', 'bucket', 'bucket'])
  await expire()
  expect(await sumsIn(storage)).toEqual(before)
  expect(await objectsIn(bucket)).toEqual([])
})

describe('what happens to an asset while it moves', () => {
  test('an object that is written again meanwhile is copied again', async () => {
    const [first] = await fill()
    const { rindle, storage } = application
    const thumb = first?.variants[0]?.storageKey ?? ''
    const again = await quadrants(9, 9)
    beforePut = async (key) => {
      if (!key.startsWith(`photo/${first?.id}/original`)) return
      beforePut = async () => {}
      const { contentType } = (await storage.head(thumb)) ?? { contentType: '' }
      await storage.put(thumb, Readable.from([again]), { contentType })
      await rowsOf(`update rindle.media_variants set attempt = attempt + 1, byte_size = ${again.byteLength}
        where storage_key = '${thumb}'`)
    }
    expect(await rindle.moveStorage({ to: 'bucket', live: true })).toMatchObject({ moved: 3, objects: 7, errors: 0 })
    expect(await sumsIn(bucket)).toEqual(await sumsIn(storage))
  })

  test('a purge finds the copies that are there, and the move removes those that come after it', async () => {
    const [first] = await fill()
    const { rindle } = application
    beforePut = async (key) => {
      if (!key.startsWith(`photo/${first?.id}/original`)) return
      beforePut = async () => {}
      await rindle.purgeAsset(first?.id ?? '', { live: true })
      await vi.waitFor(async () => expect(await rindle.asset(first?.id ?? '')).toBeNull(), 10_000)
    }
    expect(await rindle.moveStorage({ to: 'bucket', live: true })).toMatchObject({ moved: 2, errors: 0 })
    expect(await objectsIn(bucket, `photo/${first?.id}/`)).toEqual([])
  })

  test('a purge takes the old objects as well, whose URLs have not expired', async () => {
    const [first] = await fill()
    const { rindle, storage } = application
    await rindle.moveStorage({ to: 'bucket', live: true })
    await rindle.purgeAsset(first?.id ?? '', { live: true })
    await vi.waitFor(async () => expect(await rindle.asset(first?.id ?? '')).toBeNull(), 10_000)
    expect(
      [...(await objectsIn(storage)), ...(await objectsIn(bucket))].filter((key) => key.includes(first?.id ?? '')),
    ).toEqual([])
  })

  test('an asset that goes into the trash loses what it left behind at once', async () => {
    const [first] = await fill()
    const { rindle, storage } = application
    if (first === undefined) throw new Error('There is no asset.')
    const owner = { type: 'member', id: '7' }
    await rindle.attach(rindle.narrow(first, 'photo'), owner, 'avatar')
    await rindle.moveStorage({ to: 'bucket', live: true })
    await rindle.detach(owner, 'avatar')
    const isOf = (key: string): boolean => key.includes(first.id)
    await vi.waitFor(async () => {
      expect((await rindle.asset(first.id))?.state).toBe('trashed')
      expect((await objectsIn(storage)).filter(isOf)).toEqual([])
      // Its objects are still on their way to the keys of the trash, and until they are there it counts as busy.
      expect(await rowsOf(`select 1 from rindle.media_relocations where asset_id = '${first.id}'`)).toEqual([])
    }, 10_000)
    const trashed = await rindle.asset(first.id)
    expect((await objectsIn(bucket)).filter(isOf)).toContain(trashed?.storageKey)
    // Its objects in the trash move like any others.
    expect(await rindle.moveStorage({ to: 'second', live: true })).toMatchObject({ moved: 3, errors: 0 })
    expect((await objectsIn(second)).filter(isOf)).toContain(trashed?.storageKey)
  })

  test('an asset of which a variant is being made waits for the next run', async () => {
    const [first] = await fill()
    const { rindle } = application
    await rowsOf(
      `update rindle.media_variants set state = 'processing', job_id = 'job' where asset_id = '${first?.id}'`,
    )
    expect(await rindle.moveStorage({ to: 'bucket', live: true })).toMatchObject({ moved: 2, busy: 1 })
    await rowsOf(`update rindle.media_variants set state = 'ready' where asset_id = '${first?.id}'`)
    expect(await rindle.moveStorage({ to: 'bucket', live: true })).toMatchObject({ found: 1, moved: 1, busy: 0 })
    expect(await storagesNow()).toEqual(['bucket'])
  })

  test('uploads go on arriving, in the old storage until the profile names the new one', async () => {
    await fill()
    const { rindle } = application
    beforePut = async () => {
      beforePut = async () => {}
      await rindle.upload('film', MP4, { filename: 'new.mp4' })
    }
    expect(await rindle.moveStorage({ to: 'bucket', live: true })).toMatchObject({ moved: 3, errors: 0 })
    const film = defineProfile({ storage: 'bucket', accept: { types: ['video/mp4'], maxBytes: 1_000 } })
    const deployed = await application.another({ profiles: { ...profiles, film } as unknown as typeof profiles })
    const { id } = await deployed.upload('film', MP4, { filename: 'newer.mp4' })
    expect((await settled(deployed, id)).storage).toBe('bucket')
    await vi.waitFor(async () => {
      await deployed.moveStorage({ to: 'bucket', live: true })
      expect(await storagesNow()).toEqual(['bucket'])
    }, 10_000)
  })
})

describe('what cannot be moved', () => {
  test('an original that is gone or differs is named, and stays; the rest moves', async () => {
    const [lost, differs] = await fill()
    const { rindle, storage } = application
    await storage.delete(lost?.storageKey ?? '')
    await rowsOf(`update rindle.media_assets set checksum_sha256 = repeat('0', 64) where id = '${differs?.id}'`)
    expect(await rindle.moveStorage({ to: 'bucket', live: true })).toMatchObject({ found: 3, moved: 1, errors: 2 })
    await rindle.verifyStorage({ checksum: true, force: true })
    const report = await rindle.moveStorage({ to: 'bucket', live: true })
    expect(report).toMatchObject({ moved: 0, errors: 0, damaged: 2 })
    expect(report.damagedAssets).toEqual([lost?.id, differs?.id])
  })

  test('a variant whose object is known to be missing holds nothing up', async () => {
    const [first] = await fill()
    const { rindle, storage } = application
    await storage.delete(first?.variants[0]?.storageKey ?? '')
    await rindle.verifyStorage()
    expect(await rindle.moveStorage({ to: 'bucket', live: true })).toMatchObject({ moved: 3, objects: 5, errors: 0 })
  })

  test('a target that is down stops the run, and nothing is half moved', async () => {
    await fill()
    const { rindle } = application
    beforePut = async () => {
      throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    }
    const report = await rindle.moveStorage({ to: 'bucket', live: true })
    expect(report).toMatchObject({ moved: 0, errors: 3 })
    expect(await storagesNow()).toEqual(['main'])
    await expire()
    expect(await rindle.moveStorage({ to: 'bucket', live: true, concurrency: 1 })).toMatchObject({ found: 3 })
  })

  test('two names of one place, an unknown storage, too short a time are refused', async () => {
    await fill()
    const twin = await application.another({
      storages: { main: application.storage, twin: application.storage, attic },
    })
    await expect(twin.moveStorage({ to: 'twin', live: true })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(twin.moveStorage({ to: 'nowhere' })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(twin.moveStorage({ to: 'main', from: 'main' })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(twin.moveStorage({ to: 'attic', keepSeconds: 1 })).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await twin.moveStorage({ to: 'attic', live: true })).toMatchObject({ moved: 3, errors: 0 })
  })
})

test('a run that is stopped goes on where it was, and copies nothing twice', async () => {
  await fill()
  const { rindle } = application
  const controller = new AbortController()
  const puts: string[] = []
  beforePut = async (key) => {
    puts.push(key)
    if (puts.length === 3) controller.abort(new Error('enough'))
  }
  const stopped = await rindle.moveStorage({ to: 'bucket', live: true, concurrency: 1, signal: controller.signal })
  expect(stopped).toMatchObject({ interrupted: true, errors: 0 })
  beforePut = async (key) => {
    puts.push(key)
  }
  const rest = await rindle.moveStorage({ to: 'bucket', live: true })
  expect([stopped.moved, rest.moved]).toEqual([1, 2])
  expect(await storagesNow()).toEqual(['bucket'])
  // Of the asset in hand, one object was on its way.
  const twice = puts.filter((key, index) => puts.indexOf(key) < index)
  expect(twice).toEqual([puts[2]])
})
