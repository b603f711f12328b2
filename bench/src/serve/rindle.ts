import { join } from 'node:path'
import { createRindle, defineProfile, stderrLogger } from '@rindle/core'
import { createHandler, toNodeHandler } from '@rindle/http'
import { memoryJobs } from '@rindle/testing'
import { storageIn } from '../storage-in.ts'
import { serveFile } from './serve-file.ts'

// The HTTP handler over local storage: the token is checked and the object looked up for each range.
serveFile(async ({ directory, databaseUrl, file }) => {
  const storage = storageIn(directory)
  const rindle = createRindle({
    database: databaseUrl,
    storages: { main: storage },
    jobs: memoryJobs(),
    logger: stderrLogger,
    workDirectory: join(directory, 'work'),
    profiles: {
      video: defineProfile({
        storage: 'main',
        accept: { types: ['video/mp4'], maxBytes: 1_000_000_000 },
        variants: {},
      }),
    },
  })
  await rindle.start()
  const { storageKey } = await rindle.receive('video', file)
  const expiresAt = new Date(Date.now() + 3_600_000)
  const grant = { expiresAt, contentType: 'video/mp4', disposition: 'inline; filename="film.mp4"' }
  const { url } = await storage.signGet(storageKey, grant)
  return {
    listener: toNodeHandler(createHandler(rindle, { basePath: '/rindle' })),
    path: new URL(url).pathname,
    stop: () => rindle.stop(),
  }
})
