import { createRindle, defineProfile, type Rindle, type StorageAdapter, stderrLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { memoryStorage } from '@rindle/testing'
import pg from 'pg'
import { type IdleProcessor, idleProcessor } from './idle-processor.ts'
import { CONNECTIONS, type RindleSetup } from './setup.ts'

const made = image.fit(1, null, { format: 'webp' })

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/png'], maxBytes: 1_000_000 },
    variants: { large: made, medium: made, small: made, thumb: made },
    slots: { avatar: 'one' },
  }),
}

/** An application in which only the database takes time. */
export interface Application {
  readonly rindle: Rindle<typeof profiles>
  readonly pool: pg.Pool
  readonly holdAll: IdleProcessor['holdAll']
  readonly stop: () => Promise<void>
}

/** @param onPool called before the pool opens a connection */
export async function startApplication(
  { databaseUrl, directory }: RindleSetup,
  onPool: (pool: pg.Pool) => void = () => {},
): Promise<Application> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: CONNECTIONS })
  onPool(pool)
  const { processor, holdAll } = idleProcessor()
  const rindle = createRindle({
    database: { pool },
    storages: { main: storageWithoutOutputs() },
    processors: [processor],
    jobs: pgBossJobs({ connectionString: databaseUrl }),
    logger: stderrLogger,
    workDirectory: directory,
    profiles,
  })
  await rindle.start()
  const stop = async (): Promise<void> => {
    await rindle.stop()
    await pool.end()
  }
  return { rindle, pool, holdAll, stop }
}

/** Keeps originals in memory, and claims to have variants: there are no files to read them from. */
function storageWithoutOutputs(): StorageAdapter {
  const storage = memoryStorage()
  return {
    ...storage,
    put: async (key, body, options) => {
      if (options.contentType !== 'image/webp') return storage.put(key, body, options)
      body.on('error', () => {}).destroy()
      return { byteSize: 1, contentType: options.contentType, etag: key, lastModified: new Date() }
    },
  }
}

/** A PNG of one pixel. */
export const ONE_PIXEL: Buffer = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
