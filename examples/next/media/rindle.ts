import { type Rindle, rindleFromEnv } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { hasLessons } from './lane.ts'
import { avatar, lesson, photo } from './profiles.ts'
import { mediaStorage } from './storage.ts'

const pictures = { avatar, photo }
const picturesAndLessons = { ...pictures, lesson }

export type CommunityRindle = Rindle<typeof picturesAndLessons>

// Only this lane loads it, through Node and not through Next: an application of pictures does not install the package.
const recordings = hasLessons ? await import(/* turbopackIgnore: true */ '@rindle/processor-av') : null

/** The instance of this lane. Without lessons no page names them, so that both lanes have the same types. */
export const rindle: CommunityRindle = rindleFromEnv(['DATABASE_URL', 'RINDLE_SIGNING_KEY'], (env) => ({
  database: env.DATABASE_URL,
  storages: { main: mediaStorage() },
  processors: [imageProcessor(), ...(recordings === null ? [] : [recordings.avProcessor()])],
  jobs: pgBossJobs(),
  images: { baseUrl: '/rindle', signingKeys: [env.RINDLE_SIGNING_KEY] },
  streams: { baseUrl: '/rindle', signingKeys: [env.RINDLE_SIGNING_KEY] },
  profiles: hasLessons ? picturesAndLessons : (pictures as typeof picturesAndLessons),
}))
