import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AssetWithVariants,
  createRindle,
  type Profiles,
  type Rindle,
  type RindleOptions,
  type StorageAdapter,
  silentLogger,
  type WorkOptions,
} from '@rindle/core'
import type { Workers } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { createTestDatabase } from '@rindle/test-database'
import { vi } from 'vitest'
import { photoProfiles, storageIn } from './photo-profiles.ts'
import { warmImageProcessor } from './warm-image-processor.ts'

/** A whole application: a database of its own, local storage in a temporary directory, and an instance. */
export interface Application<Ps extends Profiles> extends AsyncDisposable {
  readonly rindle: Rindle<Ps>
  readonly databaseUrl: string
  /** Its temporary directory, with the storage in `storage`. */
  readonly directory: string
  readonly storage: StorageAdapter
  /** Starts workers in this process. */
  work(options?: WorkOptions): Promise<Workers>
  /** Another instance on the same database and storage, as another process would have. */
  another(changes?: Partial<RindleOptions<Ps>>): Promise<Rindle<Ps>>
}

/** The parts of its application that a test may change. */
export type ApplicationOptions<Ps extends Profiles> = Partial<Omit<RindleOptions<Ps>, 'database'>> & {
  /** Puts something between the application and its local storage. */
  readonly wrapStorage?: (storage: StorageAdapter) => StorageAdapter
  /** Changes the database before anybody connects to it. */
  readonly beforeStart?: (databaseUrl: string) => Promise<void>
}

/** Starts an application. */
export async function startApplication<const Ps extends Profiles = typeof photoProfiles>(
  options: ApplicationOptions<Ps> = {},
): Promise<Application<Ps>> {
  const database = await createTestDatabase()
  await options.beforeStart?.(database.url)
  const directory = await mkdtemp(join(tmpdir(), 'rindle-test-'))
  const instances: Rindle<Ps>[] = []
  const storage = storageIn(directory)
  const make = async (changes: Partial<RindleOptions<Ps>> = {}): Promise<Rindle<Ps>> => {
    const { profiles = photoProfiles as unknown as Ps, storages, wrapStorage, beforeStart: _, ...rest } = options
    const rindle = createRindle({
      database: database.url,
      storages: { main: wrapStorage === undefined ? storage : wrapStorage(storage), ...storages },
      processors: [warmImageProcessor()],
      jobs: pgBossJobs(),
      logger: silentLogger,
      workDirectory: join(directory, 'work'),
      ...rest,
      profiles,
      ...changes,
    })
    await rindle.start()
    instances.push(rindle)
    return rindle
  }
  const rindle = await make()
  return {
    rindle,
    databaseUrl: database.url,
    directory,
    storage,
    work: (workOptions) => rindle.work(workOptions),
    another: make,
    [Symbol.asyncDispose]: async () => {
      for (const instance of instances) await instance.stop()
      await database.drop()
      await rm(directory, { recursive: true, force: true })
    },
  }
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
    { timeout: timeoutMs, interval: 25 },
  )
}
