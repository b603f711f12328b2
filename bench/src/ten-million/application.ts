import { join } from 'node:path'
import { createRindle, defineProfile, type Processor, type Rindle, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image, imageKind } from '@rindle/processor-image/recipes'
import { memoryStorage } from '@rindle/testing'
import type { TenMillionSetup } from './setup.ts'

/** The profile of all assets. Two variants, so that ten million assets take twenty gigabytes. */
export const photo = defineProfile({
  storage: 'main',
  accept: { types: ['image/*'], maxBytes: 1_000_000 },
  variants: {
    large: image.fit(1_000, null, { format: 'webp' }),
    thumb: image.crop(32, 32, { format: 'webp' }),
  },
  slots: { avatar: 'one' },
})

/** Reports every variant as made, and makes none. */
const atOnce: Processor = {
  name: 'at once',
  recipes: [imageKind],
  capabilities: new Set(['image/webp']),
  probes: new Set(['image/jpeg']),
  start: async () => {},
  stop: async () => {},
  probe: async () => ({ kind: 'image', width: 1, height: 1 }),
  process: async ({ variants, directory, onOutcome }) => {
    for (const { name } of variants) {
      const path = join(directory, name)
      await onOutcome({ name, output: { path, contentType: 'image/webp', byteSize: 1_000, width: 1, height: 1 } })
    }
  },
  async *diagnose() {},
}

/** An application in which only the database takes time: its storage claims to have every object. */
export function tenMillionApplication({ databaseUrl, directory }: TenMillionSetup): Rindle<{ photo: typeof photo }> {
  const object = { byteSize: 1_000, contentType: 'image/webp', etag: 'e', lastModified: new Date(0) }
  const storage = {
    ...memoryStorage(),
    capabilities: new Set(['local', 'head', 'list', 'signed_url'] as const),
    localPath: () => '/dev/null',
    head: async () => object,
    put: async (_key: string, body: NodeJS.ReadableStream) => {
      body.on('error', () => {})
      body.resume()
      return object
    },
  }
  return createRindle({
    database: databaseUrl,
    storages: { main: storage },
    processors: [atOnce],
    jobs: pgBossJobs(),
    logger: silentLogger,
    workDirectory: directory,
    profiles: { photo },
  })
}
