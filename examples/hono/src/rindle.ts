import { createRindle, defineProfile, type Rindle } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { localStorage } from '@rindle/storage-local'

const photo = defineProfile({
  storage: 'main',
  accept: { types: ['image/jpeg', 'image/png', 'image/webp'], maxBytes: 20_000_000 },
  variants: {
    thumb: image.crop(160, 160, { format: 'webp' }),
    // Made when a screen first asks for one of them.
    screen: image.responsive({ widths: [480, 960, 1920], formats: ['avif', 'webp', 'jpeg'], make: 'on_demand' }),
  },
  placeholder: 'thumbhash',
})

const profiles = { photo }

/** The settings from the environment. */
export interface Settings {
  /** A PostgreSQL URL; `rindle migrate` has created the tables. */
  readonly databaseUrl: string
  /** The directory of the photos. */
  readonly directory: string
  /** The URL at which browsers reach the application, without a slash at its end. */
  readonly origin: string
  /** Signs the URLs of the photos. */
  readonly signingKey: string
}

/** Rindle for photos on a disk. */
export function makeRindle({ databaseUrl, directory, origin, signingKey }: Settings): Rindle<typeof profiles> {
  return createRindle({
    database: databaseUrl,
    storages: { main: localStorage({ directory, baseUrl: `${origin}/rindle`, signingKey }) },
    processors: [imageProcessor()],
    jobs: pgBossJobs(),
    images: { baseUrl: '/rindle', signingKeys: [signingKey] },
    profiles,
  })
}
