import { join } from 'node:path'
import { createRindle, defineProfile, type Profile, type Rindle, stderrLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { storageIn } from '../storage-in.ts'
import type { ScaleSetup } from './setup.ts'

/** An application that several processes run; each works on one image at a time, on one core. */
export function scaleApplication({ directory, databaseUrl }: ScaleSetup): Rindle<{ readonly photo: Profile }> {
  return createRindle({
    database: databaseUrl,
    storages: {
      main: storageIn(directory),
    },
    processors: [imageProcessor({ concurrency: 1 })],
    jobs: pgBossJobs(),
    logger: stderrLogger,
    workDirectory: join(directory, 'work'),
    profiles: {
      photo: defineProfile({
        storage: 'main',
        accept: { types: ['image/jpeg'], maxBytes: 50_000_000 },
        variants: {
          large: { mode: 'fit', width: 2048, height: 2048, format: 'webp' },
          small: { mode: 'fit', width: 480, height: 480, format: 'webp' },
        },
      }),
    },
  })
}
