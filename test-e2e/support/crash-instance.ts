import { join } from 'node:path'
import { createRindle, defineProfile, type Rindle, type StorageAdapter, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { avProcessor } from '@rindle/processor-av'
import { audio, waveform } from '@rindle/processor-av/recipes'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { s3Storage } from '@rindle/storage-s3'
import pg from 'pg'
import type { CrashPoints, Step, WorkerPayload } from './crash-points.ts'
import { storageIn } from './photo-profiles.ts'

const picture = defineProfile({
  storage: 'main',
  accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
  slots: { avatar: 'one' },
  variants: {
    small: image.fit(24, null, { format: 'webp' }),
    thumb: image.crop(16, 16, { format: 'jpeg' }),
    modern: image.fit(16, null, { format: 'avif' }),
  },
})
const single = defineProfile({
  storage: 'main',
  accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
  slots: { avatar: 'one', gallery: 'many' },
  variants: { small: image.fit(24, null, { format: 'webp' }) },
})

const recording = defineProfile({
  storage: 'main',
  accept: { types: ['audio/mpeg'], maxBytes: 1_000_000 },
  slots: { avatar: 'one' },
  variants: { sound: audio.aac(), waveform: waveform() },
})
const remote = defineProfile({
  storage: 'bucket',
  accept: { types: ['image/jpeg'], maxBytes: 10_000_000 },
  slots: { avatar: 'one' },
  variants: { small: image.fit(24, null, { format: 'webp' }) },
})

const CHANGED_WIDTH = 32

const changingTo = (width: number) =>
  defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
    slots: { avatar: 'one' },
    variants: { small: image.fit(width, null, { format: 'webp' }) },
  })

const MAX_STORIES = 30

/** One for each story, all alike; the types know the first. */
function changingProfiles(width: number): { readonly changing_0: ReturnType<typeof changingTo> } {
  const profile = changingTo(width)
  const names = Array.from({ length: MAX_STORIES }, (_, story) => `changing_${story}`)
  return { changing_0: profile, ...Object.fromEntries(names.map((name) => [name, profile])) }
}

/** The profiles of the crash tests. */
export const crashProfiles = { picture, single, recording, remote, ...changingProfiles(24) }

/** An instance with these profiles. */
export type CrashInstance = Rindle<typeof crashProfiles>

/** The place of an instance. */
export interface CrashPlace {
  readonly databaseUrl: string
  readonly directory: string
  readonly bucket: CrashBucket
}

/** The recording that the processes upload: a file in the directory. */
export const RECORDING = 'recording-1.mp3'

/** A bucket on a test server. */
export interface CrashBucket {
  readonly endpoint: string
  readonly name: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** How an instance is watched. */
export interface Watch {
  readonly points: CrashPoints
  readonly stepOf: (payload: WorkerPayload) => Step | null
  /** So many stories may be held at a point at once, each with its connection, slot and turn. */
  readonly stories: number
}

// A dead worker is noticed as early as may be, and its job tried again at once.
const JOBS = { heartbeatSeconds: 10, retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }

/** The jobs of an instance, apart from it: to count the rest. */
export function crashJobs({ databaseUrl }: CrashPlace): ReturnType<typeof pgBossJobs> {
  return pgBossJobs({ ...JOBS, connectionString: databaseUrl })
}

/** The storages of an instance, by name. */
export function crashStorages({ directory, bucket }: CrashPlace): { main: StorageAdapter; bucket: StorageAdapter } {
  const { endpoint, name, region, accessKeyId, secretAccessKey } = bucket
  const credentials = { accessKeyId, secretAccessKey }
  return { main: storageIn(directory), bucket: s3Storage({ bucket: name, region, endpoint, credentials }) }
}

/** An instance that is not started. With a watch, its pool must be ended by the death of the process. */
export function crashInstance(place: CrashPlace, watch?: Watch): CrashInstance {
  const { databaseUrl, directory } = place
  const storages = crashStorages(place)
  const shared = { logger: silentLogger, workDirectory: join(directory, 'work'), profiles: crashProfiles }
  if (watch === undefined) {
    return createRindle({
      ...shared,
      database: databaseUrl,
      storages,
      processors: [imageProcessor(), avProcessor({ threads: 1 })],
      jobs: crashJobs(place),
    })
  }
  const { points, stepOf, stories } = watch
  const pool = new pg.Pool({ connectionString: databaseUrl, max: stories + 10, options: '-c TimeZone=UTC' })
  return createRindle({
    ...shared,
    database: { pool: points.observedPool(pool) },
    storages: { main: points.observedStorage(storages.main), bucket: points.observedStorage(storages.bucket) },
    processors: [imageProcessor({ concurrency: stories + 2 }), avProcessor({ threads: 1 })],
    jobs: points.observedJobs(crashJobs(place), stepOf),
  })
}

/** The next version of the application, which makes the profile `changing` otherwise; it has no workers. */
export function changedInstance(place: CrashPlace, watch?: Pick<Watch, 'points' | 'stories'>): CrashInstance {
  const max = (watch?.stories ?? 0) + 5
  const pool = new pg.Pool({ connectionString: place.databaseUrl, max, options: '-c TimeZone=UTC' })
  return createRindle({
    logger: silentLogger,
    workDirectory: join(place.directory, 'work'),
    profiles: { ...crashProfiles, ...changingProfiles(CHANGED_WIDTH) },
    database: { pool: watch?.points.observedPool(pool) ?? pool },
    storages: crashStorages(place),
    processors: [imageProcessor(), avProcessor({ threads: 1 })],
    jobs: crashJobs(place),
  })
}
