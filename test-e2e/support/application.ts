import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AssetWithVariants,
  createRindle,
  defineProfile,
  type Profiles,
  type Rindle,
  type RindleOptions,
  silentLogger,
  type Workers,
  type WorkOptions,
} from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { localStorage } from '@rindle/storage-local'
import { createTestDatabase } from '@rindle/test-database'
import { vi } from 'vitest'

/** The profile most tests use: a thumbnail, a fitted picture and one of the slow class. */
export const photo = defineProfile({
  storage: 'main',
  accept: { types: ['image/*'], maxBytes: 20_000_000, maxPixels: 100_000_000 },
  variants: {
    thumb: { mode: 'crop', width: 32, height: 32, format: 'webp' },
    small: { mode: 'fit', width: 64, format: 'jpeg' },
    modern: { mode: 'fit', width: 48, format: 'avif' },
  },
})

/** The profiles of an application that a test does not configure itself. */
export const photoProfiles = { photo }

/** A whole application: a database of its own, local storage in a temporary directory, and an instance. */
export interface Application<Ps extends Profiles> extends AsyncDisposable {
  readonly rindle: Rindle<Ps>
  readonly databaseUrl: string
  /** The root of its storage. */
  readonly directory: string
  /** Starts workers in this process. */
  work(options?: WorkOptions): Promise<Workers>
  /** Another instance on the same database and storage, as another process would have. */
  another(): Promise<Rindle<Ps>>
}

/** Starts an application. */
export async function startApplication<const Ps extends Profiles = typeof photoProfiles>(
  options: { profiles?: Ps } & Partial<Omit<RindleOptions<Ps>, 'profiles' | 'database'>> = {},
): Promise<Application<Ps>> {
  const database = await createTestDatabase()
  const directory = await mkdtemp(join(tmpdir(), 'rindle-test-'))
  const make = async (): Promise<Rindle<Ps>> => {
    const { profiles = photoProfiles as unknown as Ps, ...rest } = options
    const rindle = createRindle({
      database: database.url,
      storages: { main: storageIn(directory) },
      processors: [imageProcessor()],
      jobs: pgBossJobs(),
      logger: silentLogger,
      workDirectory: join(directory, 'work'),
      ...rest,
      profiles,
    })
    await rindle.start()
    instances.push(rindle)
    return rindle
  }
  const instances: Rindle<Ps>[] = []
  const rindle = await make()
  return {
    rindle,
    databaseUrl: database.url,
    directory,
    work: (workOptions) => rindle.work(workOptions),
    another: make,
    [Symbol.asyncDispose]: async () => {
      for (const instance of instances) await instance.stop()
      await database.drop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Local storage in a directory; its URLs lead nowhere, tests hand them to `serveFile`. */
export function storageIn(directory: string): ReturnType<typeof localStorage> {
  return localStorage({
    directory: join(directory, 'storage'),
    baseUrl: 'http://127.0.0.1/media',
    signingKey: 'a key for tests only, thirty-two characters or more',
  })
}

const SETTLED = ['ready', 'degraded', 'quarantined', 'deleted']

/** Waits until an asset's work has ended, one way or the other, and returns it. */
export async function settled<Ps extends Profiles>(
  rindle: Rindle<Ps>,
  assetId: string,
  timeoutMs = 20_000,
): Promise<AssetWithVariants> {
  return vi.waitFor(
    async () => {
      const asset = await rindle.asset(assetId)
      if (asset !== null && SETTLED.includes(asset.state)) return asset
      throw new Error(`Asset ${assetId} is still ${asset?.state ?? 'gone'}.`)
    },
    { timeout: timeoutMs, interval: 10 },
  )
}
