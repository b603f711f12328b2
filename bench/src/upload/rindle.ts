import { join } from 'node:path'
import { createRindle, defineProfile, stderrLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { storageIn } from '../storage-in.ts'
import { serveUploads } from './serve-uploads.ts'

const MAX_BYTES = 4 * 1024 ** 3

// The same with Rindle: its one-pass upload, with its rows and its promote job, which no worker takes here.
serveUploads(async ({ directory, databaseUrl }) => {
  const storage = storageIn(directory)
  const rindle = createRindle({
    database: databaseUrl,
    storages: { main: storage },
    jobs: pgBossJobs(),
    logger: stderrLogger,
    workDirectory: join(directory, 'work'),
    profiles: {
      video: defineProfile({ storage: 'main', accept: { types: ['video/mp4'], maxBytes: MAX_BYTES }, variants: {} }),
    },
  })
  await rindle.start()
  return {
    receive: async (request) => {
      const { storageKey } = await rindle.upload('video', request, { filename: 'film.mp4' })
      return () => storage.delete(storageKey)
    },
    stop: () => rindle.stop(),
  }
})
