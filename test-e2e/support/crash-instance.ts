import { join } from 'node:path'
import { createRindle, defineProfile, type Rindle, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import pg from 'pg'
import type { CrashPoints, Step, WorkerPayload } from './crash-points.ts'
import { storageIn } from './photo-profiles.ts'

const picture = defineProfile({
  storage: 'main',
  accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
  slots: ['avatar'],
  variants: {
    small: { mode: 'fit', width: 24, format: 'webp' },
    thumb: { mode: 'crop', width: 16, height: 16, format: 'jpeg' },
    modern: { mode: 'fit', width: 16, format: 'avif' },
  },
})
const single = defineProfile({
  storage: 'main',
  accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
  slots: ['avatar'],
  variants: { small: { mode: 'fit', width: 24, format: 'webp' } },
})

/** The profiles of the crash tests. */
export const crashProfiles = { picture, single }

/** An instance with these profiles. */
export type CrashInstance = Rindle<typeof crashProfiles>

/** Where an instance works. */
export interface CrashPlace {
  readonly databaseUrl: string
  readonly directory: string
}

/** How an instance is watched. */
export interface Watch {
  readonly points: CrashPoints
  readonly stepOf: (payload: WorkerPayload) => Step | null
  /** So many stories may be held at a point at once, each with its connection, slot and turn. */
  readonly stories: number
}

// A dead worker is noticed as early as may be, and its job tried again at once.
const JOBS = { heartbeatSeconds: 10, retryDelaySeconds: 0 }

/** The jobs of an instance, apart from it: to count what is left. */
export function crashJobs({ databaseUrl }: CrashPlace): ReturnType<typeof pgBossJobs> {
  return pgBossJobs({ ...JOBS, connectionString: databaseUrl })
}

/** An instance that is not started. With a watch, its pool must be ended by the death of the process. */
export function crashInstance(place: CrashPlace, watch?: Watch): CrashInstance {
  const { databaseUrl, directory } = place
  const storage = storageIn(directory)
  const jobs = crashJobs(place)
  const shared = { logger: silentLogger, workDirectory: join(directory, 'work'), profiles: crashProfiles }
  if (watch === undefined) {
    return createRindle({
      ...shared,
      database: databaseUrl,
      storages: { main: storage },
      processors: [imageProcessor()],
      jobs,
    })
  }
  const { points, stepOf, stories } = watch
  const pool = new pg.Pool({ connectionString: databaseUrl, max: stories + 10, options: '-c TimeZone=UTC' })
  return createRindle({
    ...shared,
    database: { pool: points.observedPool(pool) },
    storages: { main: points.observedStorage(storage) },
    processors: [imageProcessor({ concurrency: stories + 2 })],
    jobs: points.observedJobs(jobs, stepOf),
  })
}
