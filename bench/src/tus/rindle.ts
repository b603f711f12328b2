import { join } from 'node:path'
import { createRindle, defineProfile, stderrLogger } from '@rindle/core'
import { createHandler, toNodeHandler } from '@rindle/http'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { tusServer } from '@rindle/tus'
import { storageIn } from '../storage-in.ts'
import { serveTus } from './serve-tus.ts'
import { TUS_PATH } from './setup.ts'

// With Rindle: on the disk before it is acknowledged, offsets and locks in PostgreSQL, verified, its promotion
// enqueued.
serveTus(async ({ directory, databaseUrl }) => {
  const storage = storageIn(directory)
  const rindle = createRindle({
    database: databaseUrl,
    storages: { main: storage },
    jobs: pgBossJobs(),
    logger: stderrLogger,
    workDirectory: join(directory, 'work'),
    profiles: {
      video: defineProfile({
        storage: 'main',
        accept: { types: ['video/mp4'], maxBytes: 4 * 1024 ** 3 },
        variants: {},
      }),
    },
  })
  await rindle.start()
  const handler = createHandler(rindle, {
    basePath: '/rindle',
    actor: () => ({ id: 'bench' }),
    tus: tusServer(rindle, { path: TUS_PATH }),
  })
  return {
    listener: toNodeHandler(handler),
    clear: async () => {
      for await (const { key } of storage.list('')) await storage.delete(key)
    },
    stop: () => rindle.stop(),
  }
})
