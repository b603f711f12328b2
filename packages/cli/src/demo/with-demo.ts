import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createRindle,
  defineProfile,
  type Logger,
  type Profiles,
  type Recipe,
  type Rindle,
  type StorageAdapter,
} from '@rindle/core'
import { consoleGate } from '../console/console-gate.ts'
import { DEMO_STORAGE, openDemoDatabase } from './demo-database.ts'
import type { AvPackage, DemoPackages } from './demo-packages.ts'
import { startFileServer } from './file-server.ts'
import { holdingDatabase } from './holding-database.ts'

/** A running instance on embedded defaults, its workers in this process. */
export interface Demo {
  readonly rindle: Rindle
  /** The name of its only profile. */
  readonly profile: 'media'
  /** The address that opens the console on its assets, once. */
  readonly link: string
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

// The types that the image processor decodes; other images would be kept without variants.
const IMAGE_TYPES = [
  'image/jpeg',
  'image/png',
  'image/apng',
  'image/webp',
  'image/gif',
  'image/tiff',
  'image/avif',
  'image/bmp',
  'image/x-icon',
] as const

function imageVariants({ image }: DemoPackages): Readonly<Record<string, Recipe>> {
  return {
    large: image.fit(2048, 2048, { format: 'webp' }),
    medium: image.fit(1024, 1024, { format: 'webp' }),
    small: image.fit(480, 480, { format: 'webp' }),
    thumb: image.crop(160, 160, { format: 'webp' }),
    fallback: image.fit(1024, 1024),
    avif: image.fit(480, 480, { format: 'avif' }),
  }
}

function avVariants({ recipes }: AvPackage): Readonly<Record<string, Recipe>> {
  const { audio, poster, strip, video, waveform } = recipes
  return {
    web: video.mp4({ height: 720 }),
    poster: poster(),
    strip: strip(),
    sound: audio.aac(),
    waveform: waveform(),
  }
}

function profilesFor(packages: DemoPackages): Profiles {
  const { av } = packages
  return {
    media: defineProfile({
      storage: DEMO_STORAGE,
      accept: {
        types: [...IMAGE_TYPES, ...(av === undefined ? [] : (['video/*', 'audio/*'] as const))],
        maxBytes: MAX_BYTES,
        maxPixels: 100_000_000,
      },
      variants: { ...imageVariants(packages), ...(av === undefined ? {} : avVariants(av)) },
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
      storages: storagesFor(packages, directory, server.url),
      processors: [packages.imageProcessor(), ...(packages.av === undefined ? [] : [packages.av.avProcessor()])],
      jobs: packages.pgBossJobs(),
      profiles: profilesFor(packages),
      workDirectory: join(directory, 'work'),
      delivery: { expiresInSeconds: URL_LIFETIME_SECONDS },
      logger,
    })
    const gate = consoleGate(rindle, {
      url: server.url,
      mayChange: true,
      title: 'Rindle demo',
      actorId: 'demo',
      page: '/assets',
    })
    server.answer = async (request) => (await gate.answer(request)) ?? rindle.serveFile(request)
    await rindle.start()
    await rindle.work()
    return await work({ rindle, profile: 'media', link: gate.link })
  })
}

function storagesFor(packages: DemoPackages, directory: string, baseUrl: string): Record<string, StorageAdapter> {
  const signingKey = randomBytes(32).toString('hex')
  return { [DEMO_STORAGE]: packages.localStorage({ directory: join(directory, 'media'), baseUrl, signingKey }) }
}

/** Removes the work files of a killed demo, and keeps the data out of repositories. */
async function prepare(directory: string): Promise<void> {
  await rm(join(directory, 'work'), { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, '.gitignore'), '*\n')
}
