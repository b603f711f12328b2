import { readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AssetWithVariants, defineProfile, RindleError, type StorageAdapter } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { deploy } from '../operations/deployment.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import { quadrants } from '../support/pictures.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const thumb = image.crop(8, 8, { format: 'webp' })
const photo = defineProfile({ storage: 'main', accept, variants: { thumb } })
const plain = defineProfile({ storage: 'main', accept })
/** The same application with one variant more. */
const more = defineProfile({
  storage: 'main',
  accept,
  variants: { thumb, large: image.fit(40, null, { format: 'webp' }) },
})
const profiles = { photo, plain }

let application: Application<typeof profiles>
let asset: AssetWithVariants

beforeAll(async () => {
  application = await startApplication({ profiles, jobs: jobs() })
})
afterAll(async () => application[Symbol.asyncDispose]())

function jobs() {
  return pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 })
}

async function readyAsset(profile: 'photo' | 'plain' = 'photo', bytes?: Buffer): Promise<AssetWithVariants> {
  const { rindle } = application
  const { id } = await rindle.upload(profile, bytes ?? (await quadrants(90, 60)), { filename: 'a.jpg' })
  const workers = await application.work()
  const ready = await settled(rindle, id)
  await workers.stop()
  expect(ready).toMatchObject({ state: 'ready', originalDamagedAt: null })
  return ready
}

beforeEach(async () => {
  await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets, pgboss.job cascade')
  asset = await readyAsset()
})

const fileOf = ({ storageKey }: AssetWithVariants) => join(application.directory, 'storage', storageKey)

const DAMAGES = [
  ['is cut off', 'original_damaged', (path: string) => truncate(path, 700)],
  ['holds no picture any more', 'original_damaged', (path: string) => writeFile(path, 'plain text')],
  [
    'is another picture',
    'original_damaged',
    async (path: string) => writeFile(path, (await quadrants(70, 50)).subarray(0, 700)),
  ],
  ['is gone', 'original_missing', (path: string) => rm(path)],
] as const

/** The variants of the asset in the next version of the application. */
async function regenerated(
  options: Parameters<typeof deploy>[2] = {},
  next: { photo: typeof more; plain: typeof more } = { photo: more, plain: more },
) {
  const rindle = await deploy(application, next, { jobs: jobs(), ...options } as never)
  await rindle.regenerateVariants()
  const workers = await rindle.work()
  const made = await settled(rindle, asset.id)
  return { rindle, workers, made }
}

describe.each(DAMAGES)('a stored original that %s', (_what, reason, damage) => {
  it('takes nothing offline: what needs it fails by name, and a restored object heals the asset', async () => {
    const bytes = await readFile(fileOf(asset))
    await damage(fileOf(asset))
    const { rindle, made } = await regenerated()
    expect(made).toMatchObject({
      state: 'degraded',
      originalDamagedAt: expect.any(Date),
      errorReason: reason,
      errorMessage: expect.stringContaining('Restore it from a backup.'),
    })
    expect(made.variants).toMatchObject([
      { name: 'large', state: 'failed', errorReason: reason, attempt: 1 },
      { name: 'thumb', state: 'ready' },
    ])

    // Once more, and the first finding stays.
    await rindle.requeueVariants(asset.id)
    const again = await settled(rindle, asset.id)
    expect(again).toMatchObject({ state: 'degraded', originalDamagedAt: made.originalDamagedAt, errorReason: reason })

    await writeFile(fileOf(asset), bytes)
    await rindle.requeueVariants(asset.id)
    expect(await settled(rindle, asset.id)).toMatchObject({
      state: 'ready',
      originalDamagedAt: null,
      errorReason: null,
      errorMessage: null,
      variants: [
        { name: 'large', state: 'ready', errorReason: null },
        { name: 'thumb', state: 'ready' },
      ],
    })
  })

  it('is noted by a reprobe, which changes nothing else, and healed by the next when it is restored', async () => {
    const { rindle } = application
    const bytes = await readFile(fileOf(asset))
    await damage(fileOf(asset))
    await expect(rindle.reprobe(asset.id)).rejects.toMatchObject({ code: reason })
    const { updatedAt: _before, ...before } = asset
    const { updatedAt: _after, ...after } = (await rindle.asset(asset.id)) ?? asset
    expect(after).toEqual({
      ...before,
      originalDamagedAt: expect.any(Date),
      errorReason: reason,
      errorMessage: expect.any(String),
    })
    await writeFile(fileOf(asset), bytes)
    expect(await rindle.reprobe(asset.id)).toMatchObject({
      changed: [],
      asset: { originalDamagedAt: null, errorReason: null },
    })
  })
})

describe('an original that is whole and cannot be decoded', () => {
  const half = async (): Promise<Buffer> => {
    const bytes = await quadrants(90, 90)
    return bytes.subarray(0, bytes.byteLength / 2)
  }

  it('quarantines nothing that was ready before it had variants', async () => {
    asset = await readyAsset('plain', await half())
    const { made } = await regenerated()
    expect(made).toMatchObject({ state: 'degraded', originalDamagedAt: null, errorReason: null })
    expect(made.variants).toMatchObject([
      { name: 'large', state: 'failed', errorReason: 'corrupt_media' },
      { name: 'thumb', state: 'failed', errorReason: 'corrupt_media' },
    ])
  })

  it('quarantines nothing that has a ready variant', async () => {
    const real = warmImageProcessor()
    const strict = {
      ...real,
      name: real.name,
      recipes: real.recipes,
      capabilities: real.capabilities,
      probes: real.probes,
      start: (context: Parameters<typeof real.start>[0]) => real.start(context),
      stop: () => real.stop(),
      process: async () => {
        throw new RindleError('corrupt_media', 'A newer decoder is stricter.')
      },
    }
    const { made } = await regenerated({ processors: [strict] })
    expect(made).toMatchObject({ state: 'degraded', originalDamagedAt: null })
    expect(made.variants).toMatchObject([
      { name: 'large', state: 'failed', errorReason: 'corrupt_media', errorMessage: 'A newer decoder is stricter.' },
      { name: 'thumb', state: 'ready' },
    ])
  })

  it('quarantines an upload on its way to its first variants, message included', async () => {
    const { rindle } = application
    const { id } = await rindle.upload('photo', await half(), { filename: 'cut.jpg' })
    const workers = await application.work()
    const ended = await settled(rindle, id)
    await workers.stop()
    expect(ended).toMatchObject({
      state: 'quarantined',
      errorReason: 'corrupt_media',
      errorMessage: expect.stringContaining('is cut off or damaged'),
      variants: [{ state: 'failed', errorReason: 'corrupt_media' }],
    })
  })
})

describe('a storage that is not on this disk', () => {
  /** The same files, as if they had to be fetched. */
  function remote(storage: StorageAdapter): StorageAdapter {
    const capabilities = new Set([...storage.capabilities].filter((capability) => capability !== 'local'))
    return new Proxy(storage, {
      get: (target, name) => {
        if (name === 'capabilities') return capabilities
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  }

  it('gives a restored original under another etag, and its bytes decide', async () => {
    const bytes = await readFile(fileOf(asset))
    await rm(fileOf(asset))
    await writeFile(fileOf(asset), bytes)
    await utimes(fileOf(asset), new Date(0), new Date(0))
    const { rindle, made } = await regenerated({ storages: { main: remote(application.storage) } })
    expect(made).toMatchObject({ state: 'ready', originalDamagedAt: null })
    // The storage may tell equal bytes by a hash of its own, or by the file: either leads to them from now on.
    const stored = await application.storage.head(asset.storageKey)
    expect([asset.etag, stored?.etag]).toContain((await rindle.asset(asset.id))?.etag)
  })

  it('is asked again when the copy on this disk is damaged: that is not what the file says', async () => {
    const real = warmImageProcessor()
    let isDamaged = false
    const damaging = {
      name: real.name,
      recipes: real.recipes,
      capabilities: real.capabilities,
      probes: real.probes,
      start: (context: Parameters<typeof real.start>[0]) => real.start(context),
      stop: () => real.stop(),
      diagnose: (context: Parameters<typeof real.diagnose>[0]) => real.diagnose(context),
      probe: (...given: Parameters<typeof real.probe>) => real.probe(...given),
      process: async (request: Parameters<typeof real.process>[0]) => {
        if (!isDamaged) await truncate(request.source.path, 400)
        isDamaged = true
        await real.process(request)
      },
    }
    const rindle = await deploy(
      application,
      { photo: more, plain: more },
      { jobs: jobs(), storages: { main: remote(application.storage) }, processors: [damaging] },
    )
    await rindle.regenerateVariants()
    await rindle.work()
    await expect
      .poll(async () => (await rindle.asset(asset.id))?.variants.find(({ name }) => name === 'large'), {
        timeout: 10_000,
      })
      .toMatchObject({ state: 'queued', errorReason: 'storage_unavailable', waitingSince: expect.any(Date) })
    await vi.waitFor(
      async () => {
        await makeDue(rindle)
        expect(await rindle.asset(asset.id)).toMatchObject({ state: 'ready', originalDamagedAt: null })
      },
      { timeout: 20_000, interval: 50 },
    )
    // The directory of the last run goes after its last commit, and may go while it is read.
    const copies = async (): Promise<readonly string[]> =>
      (await readdir(join(application.directory, 'work'), { recursive: true })).filter((name) =>
        name.includes(`${asset.id}-`),
      )
    await expect.poll(copies, { timeout: 10_000 }).toHaveLength(1)
  })
})
