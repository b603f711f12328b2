import { rindleFromEnv } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { localStorage } from '@rindle/storage-local'
import { processors, profiles } from './profiles.ts'

/** The instance that the whole application shares. It is made on its first use. */
export const rindle = rindleFromEnv(['DATABASE_URL', 'RINDLE_SIGNING_KEY'], (env) => ({
  database: env.DATABASE_URL,
  storages: {
    // To keep files in a bucket, use s3Storage() of @rindle/storage-s3.
    main: localStorage({ directory: 'uploads', baseUrl: '/rindle', signingKey: env.RINDLE_SIGNING_KEY }),
  },
  processors,
  jobs: pgBossJobs(),
  profiles,
}))
