import { join } from 'node:path'
import { createRindle, defineProfile, type Rindle, stderrLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { storageIn } from '../storage-in.ts'
import type { ScaleSetup } from './setup.ts'

const photo = defineProfile({
  storage: 'main',
  accept: { types: ['image/jpeg'], maxBytes: 50_000_000 },
  variants: {
    large: image.fit(2048, 2048, { format: 'webp' }),
    small: image.fit(480, 480, { format: 'webp' }),
  },
})

/** An application that several processes run behind a pooler; each works on one image at a time, on one core. */
export function scaleApplication({ directory, database }: ScaleSetup): Rindle<{ photo: typeof photo }> {
  return createRindle({
    database,
    storages: {
      main: storageIn(directory),
    },
    processors: [imageProcessor({ concurrency: 1 })],
    jobs: pgBossJobs(),
    logger: stderrLogger,
    workDirectory: join(directory, 'work'),
    profiles: { photo },
  })
}
