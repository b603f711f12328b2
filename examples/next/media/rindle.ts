import { createRindle, type Processor, type Rindle } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { hasLessons } from './lane.ts'
import { avatar, lesson, photo } from './profiles.ts'
import { mediaStorage } from './storage.ts'

const pictures = { avatar, photo }
const picturesAndLessons = { ...pictures, lesson }

export type CommunityRindle = Rindle<typeof picturesAndLessons>

/** The instance of this lane. Without lessons no page names them, so that both lanes have the same types. */
async function makeRindle(): Promise<CommunityRindle> {
  return createRindle({
    database: process.env.DATABASE_URL ?? '',
    storages: { main: mediaStorage() },
    processors: [imageProcessor(), ...(await recordingProcessors())],
    jobs: pgBossJobs(),
    images: { baseUrl: '/rindle', signingKeys: [process.env.RINDLE_SIGNING_KEY ?? ''] },
    streams: { baseUrl: '/rindle', signingKeys: [process.env.RINDLE_SIGNING_KEY ?? ''] },
    profiles: hasLessons ? picturesAndLessons : (pictures as typeof picturesAndLessons),
  })
}

// Only this lane loads it, through Node and not through Next: an application of pictures does not install the package.
async function recordingProcessors(): Promise<readonly Processor[]> {
  if (!hasLessons) return []
  const { avProcessor } = await import(/* turbopackIgnore: true */ '@rindle/processor-av')
  return [avProcessor()]
}

// Next loads a module once for each of its layers; this keeps one instance, with its connections, for all of them.
const kept = globalThis as { communityRindle?: Promise<CommunityRindle> }
kept.communityRindle ??= makeRindle()

export const rindle: CommunityRindle = await kept.communityRindle
