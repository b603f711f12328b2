import {
  type Analyzer,
  createRindle,
  defineProfile,
  type NoNames,
  type Profile,
  type Rindle,
  silentLogger,
} from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { memoryStorage } from '@rindle/testing'

const analyzer: Analyzer = { name: 'found', analyze: async () => ({ at: 1 }) }

/** The profile of all assets. */
export const photo: Profile<{ large: 'image'; small: 'image'; thumb: 'image' }, NoNames, 'main'> = defineProfile({
  storage: 'main',
  accept: { types: ['image/*'], maxBytes: 1_000_000 },
  analyzers: [analyzer],
  variants: {
    large: image.fit(1_000, null, { format: 'webp' }),
    small: image.fit(100, null, { format: 'webp' }),
    thumb: image.crop(32, 32, { format: 'webp' }),
  },
})

/**
 * An application whose storage answers at once, and claims to have every object except the staged ones. Ten thousand
 * sessions expire here, and each would be logged.
 */
export function operationsApplication(databaseUrl: string): Rindle {
  const object = { byteSize: 1_000, contentType: 'image/webp', etag: 'e', lastModified: new Date(0) }
  const storage = {
    ...memoryStorage(),
    capabilities: new Set(['local', 'head', 'list', 'signed_url'] as const),
    localPath: () => '/dev/null',
    head: async (key: string) => (key.startsWith('staging/') ? undefined : object),
  }
  return createRindle({
    database: databaseUrl,
    storages: { main: storage },
    processors: [imageProcessor()],
    jobs: pgBossJobs(),
    logger: silentLogger,
    profiles: { photo },
  }) as unknown as Rindle
}
