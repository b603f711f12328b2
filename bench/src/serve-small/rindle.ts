import { join } from 'node:path'
import { createRindle, defineProfile, stderrLogger } from '@rindle/core'
import { createHandler, toNodeHandler } from '@rindle/http'
import { memoryJobs } from '@rindle/testing'
import { serveHttp } from '../serve-http.ts'
import { storageIn } from '../storage-in.ts'
import type { SmallFilesSetup } from './setup.ts'

// The HTTP handler over local storage: every request has a signed URL, and the file itself is looked at each time.
serveHttp(async (setup) => {
  const { directory, databaseUrl, files } = setup as SmallFilesSetup
  const storage = storageIn(directory)
  const rindle = createRindle({
    database: databaseUrl,
    storages: { main: storage },
    jobs: memoryJobs(),
    logger: stderrLogger,
    workDirectory: join(directory, 'work'),
    profiles: {
      photo: defineProfile({
        storage: 'main',
        accept: { types: ['image/webp'], maxBytes: 1_000_000 },
        variants: {},
      }),
    },
  })
  await rindle.start()
  const expiresAt = new Date(Date.now() + 3_600_000)
  const paths: string[] = []
  for (const file of files) {
    const { storageKey } = await rindle.receive('photo', file)
    const { url } = await storage.signGet(storageKey, { expiresAt, contentType: 'image/webp', disposition: 'inline' })
    paths.push(new URL(url).pathname)
  }
  return {
    listener: toNodeHandler(createHandler(rindle, { basePath: '/rindle' })),
    facts: { paths },
    stop: () => rindle.stop(),
  }
})
