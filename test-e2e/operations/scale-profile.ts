import { type Analyzer, createRindle, defineProfile, type Rindle, type RindleOptions, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { memoryStorage } from '@rindle/testing'

const analyzer: Analyzer = { name: 'found', analyze: async () => ({ at: 1 }) }

const photo = defineProfile({
  storage: 'main',
  accept: { types: ['image/*'], maxBytes: 1_000_000 },
  variants: {
    large: image.fit(1_000, null, { format: 'webp' }),
    small: image.fit(100, null, { format: 'webp' }),
    thumb: image.crop(32, 32, { format: 'webp' }),
  },
})

/** The variants of the scale tests' profile. */
export const declared = photo.variants

/** An instance over a storage that answers at once: it has every object but the staged ones. */
export function scaleInstance(
  database: RindleOptions<Record<string, never>>['database'],
  connectionString: string,
): Rindle {
  const object = { byteSize: 1_000, contentType: 'image/webp', etag: 'e', lastModified: new Date(0) }
  const storage = {
    ...memoryStorage(),
    capabilities: new Set(['local', 'head', 'list', 'signed_url'] as const),
    head: async (key: string) => (key.startsWith('staging/') ? undefined : object),
    localPath: () => '/dev/null',
    async *list() {
      for (let n = 1; n <= 1_000; n += 1) yield { key: `photo/${n}/thumb`, byteSize: 1_000, lastModified: new Date(0) }
    },
  }
  return createRindle({
    database,
    storages: { main: storage },
    processors: [{ ...imageProcessor(), name: 'image', probes: new Set<string>() }],
    jobs: pgBossJobs({ connectionString }),
    logger: silentLogger,
    profiles: { photo: { ...photo, analyzers: [analyzer] } },
  }) as unknown as Rindle
}
