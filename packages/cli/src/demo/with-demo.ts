import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRindle, defineProfile, type Logger, type Profiles, type Recipe, type Rindle } from '@rindle/core'
import { DEMO_STORAGE, openDemoDatabase } from './demo-database.ts'
import type { DemoPackages } from './demo-packages.ts'
import { startFileServer } from './file-server.ts'
import { holdingDatabase } from './holding-database.ts'

/** A running instance on embedded defaults, its workers in this process. */
export interface Demo {
  readonly rindle: Rindle
  /** The name of its only profile. */
  readonly profile: 'media'
}

/** The place of a demo's data. */
export interface DemoPlace {
  /** Absolute. */
  readonly directory: string
  /** A database to use instead of an embedded one. */
  readonly databaseUrl: string | undefined
}

/** As long as anybody keeps a demo running. */
const URL_LIFETIME_SECONDS = 86_400

const MAX_BYTES = 1024 * 1024 * 1024

const IMAGES = {
  // The types that the image processor decodes; other images would be kept without variants.
  types: [
    'image/jpeg',
    'image/png',
    'image/apng',
    'image/webp',
    'image/gif',
    'image/tiff',
    'image/avif',
    'image/bmp',
    'image/x-icon',
  ],
  variants: {
    large: { mode: 'fit', width: 2048, height: 2048, format: 'webp' },
    medium: { mode: 'fit', width: 1024, height: 1024, format: 'webp' },
    small: { mode: 'fit', width: 480, height: 480, format: 'webp' },
    thumb: { mode: 'crop', width: 160, height: 160, format: 'webp' },
    fallback: { mode: 'fit', width: 1024, height: 1024, format: 'jpeg' },
    avif: { mode: 'fit', width: 480, height: 480, format: 'avif' },
  },
} as const

const AUDIO_AND_VIDEO = {
  types: ['video/*', 'audio/*'],
  variants: {
    web: { kind: 'video', preset: 'web_720p' },
    poster: { kind: 'image', preset: 'video_poster_scene' },
    strip: { kind: 'image', preset: 'video_thumbnail_strip' },
    sound: { kind: 'audio', preset: 'm4a_128k' },
    waveform: { kind: 'waveform', preset: 'overview' },
  },
} as const

function profilesFor({ avProcessor }: DemoPackages): Profiles {
  const hasAv = avProcessor !== undefined
  const variants: Readonly<Record<string, Recipe>> = hasAv
    ? { ...IMAGES.variants, ...AUDIO_AND_VIDEO.variants }
    : IMAGES.variants
  return {
    media: defineProfile({
      storage: DEMO_STORAGE,
      accept: {
        types: [...IMAGES.types, ...(hasAv ? AUDIO_AND_VIDEO.types : [])],
        maxBytes: MAX_BYTES,
        maxPixels: 100_000_000,
      },
      variants,
    }),
  }
}

/**
 * Starts PostgreSQL (unless a database is named), an instance with its workers, and a server for its URLs, passes them
 * to `work`, and stops everything afterwards. Data stays in `directory` for a later demo. `conflict` while another demo
 * uses it.
 */
export async function withDemo<T>(
  packages: DemoPackages,
  { directory, databaseUrl }: DemoPlace,
  logger: Logger,
  work: (demo: Demo) => Promise<T>,
): Promise<T> {
  await using postgres = await openDemoDatabase(packages, directory, databaseUrl)
  return await holdingDatabase(postgres.url, async () => {
    await prepare(directory)
    await using server = await startFileServer()
    await using rindle = createRindle({
      database: postgres.url,
      storages: {
        [DEMO_STORAGE]: packages.localStorage({
          directory: join(directory, 'media'),
          baseUrl: server.url,
          signingKey: randomBytes(32).toString('hex'),
        }),
      },
      processors: [packages.imageProcessor(), ...(packages.avProcessor === undefined ? [] : [packages.avProcessor()])],
      jobs: packages.pgBossJobs(),
      profiles: profilesFor(packages),
      workDirectory: join(directory, 'work'),
      delivery: { expiresInSeconds: URL_LIFETIME_SECONDS },
      logger,
    })
    server.answer = (request) => rindle.serveFile(request)
    await rindle.start()
    await rindle.work()
    return await work({ rindle, profile: 'media' })
  })
}

/** Removes the work files of a killed demo, and keeps the data out of repositories. */
async function prepare(directory: string): Promise<void> {
  await rm(join(directory, 'work'), { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, '.gitignore'), '*\n')
}
