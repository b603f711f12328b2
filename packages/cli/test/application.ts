import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'

/** A directory with a configuration, as an application has it. */
export interface Application extends AsyncDisposable {
  readonly directory: string
  write(name: string, content: string | Uint8Array): Promise<string>
}

/** An empty directory in which the packages of this workspace can be imported. */
export async function makeApplication(): Promise<Application> {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-cli-'))
  // PostgreSQL runs as another user when the tests run as root.
  await chmod(directory, 0o755)
  await symlink(join(import.meta.dirname, '../node_modules'), join(directory, 'node_modules'))
  return {
    directory,
    write: async (name, content) => {
      await writeFile(join(directory, name), content)
      return join(directory, name)
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

/** Where the test's configuration keeps its files, and further parts of its profile. */
export interface ConfigOptions {
  /** Source text of the `database` option. @default process.env.DATABASE_URL */
  readonly database?: string
  /** Source text within the profile. */
  readonly profile?: string
  /** Source text before the instance. */
  readonly before?: string
}

/**
 * The text of a configuration with a profile `photo` of two small variants. It exports a function, because Node loads a
 * file once and a process that runs several commands needs several instances.
 */
export function configText({
  database = 'process.env.DATABASE_URL',
  profile = '',
  before = '',
}: ConfigOptions): string {
  return `
import { createRindle, defineProfile, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { localStorage } from '@rindle/storage-local'
${before}
export default () => createRindle({
  database: ${database},
  storages: {
    main: localStorage({
      directory: new URL('./media', import.meta.url).pathname,
      baseUrl: 'http://127.0.0.1:9/media',
      signingKey: 'a key of the tests, long enough for the check',
    }),
  },
  processors: [imageProcessor()],
  jobs: pgBossJobs(),
  logger: silentLogger,
  workDirectory: new URL('./work', import.meta.url).pathname,
  profiles: {
    photo: defineProfile({
      storage: 'main',
      accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
      slots: { cover: 'one' },
      variants: {
        small: image.fit(32, null, { format: 'webp' }),
        tiny: image.crop(8, 8),
      },
      ${profile}
    }),
  },
})
`
}

/** A small JPEG with something in it. */
export async function jpeg(width = 96, height = 64): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#3a7bd5' } })
    .jpeg()
    .toBuffer()
}
