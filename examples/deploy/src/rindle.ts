import { defineProfile, type Rindle, rindleFromEnv } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { s3Storage } from '@rindle/storage-s3'

/** Only for a store that is not AWS. */
const { S3_ENDPOINT, S3_PUBLIC_ENDPOINT } = process.env

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg', 'image/png', 'image/webp'], maxBytes: 30_000_000 },
    variants: { small: image.fit(480, 480, { format: 'webp' }), large: image.fit(1600, 1600, { format: 'webp' }) },
  }),
}

/** The instance of every process: of the web server, of workers, and of commands. */
export const rindle: Rindle<typeof profiles> = rindleFromEnv(['DATABASE_URL', 'S3_BUCKET', 'S3_REGION'], (env) => ({
  database: env.DATABASE_URL,
  storages: {
    main: s3Storage({
      bucket: env.S3_BUCKET,
      region: env.S3_REGION,
      ...(S3_ENDPOINT === undefined ? {} : { endpoint: S3_ENDPOINT }),
      ...(S3_PUBLIC_ENDPOINT === undefined ? {} : { publicEndpoint: S3_PUBLIC_ENDPOINT }),
    }),
  },
  processors: [imageProcessor()],
  jobs: pgBossJobs(),
  profiles,
}))
