import { join } from 'node:path'
import { createRindle, defineProfile, silentLogger, stderrLogger } from '@rindle/core'
import { createHandler, toNodeHandler } from '@rindle/http'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { tusServer } from '@rindle/tus'
import { serveHttp } from '../serve-http.ts'
import { storageIn } from '../storage-in.ts'
import { TUS_PATH, type TusSmallSetup } from './setup.ts'

// With Rindle: on the disk before it is acknowledged, a session, an asset and its promotion in PostgreSQL.
serveHttp(async (setup) => {
  const { directory, databaseUrl } = setup as TusSmallSetup
  const rindle = createRindle({
    database: databaseUrl,
    storages: { main: storageIn(directory) },
    jobs: pgBossJobs(),
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
  const handler = createHandler(rindle, {
    basePath: '/rindle',
    actor: (request) => ({ id: request.headers.get('x-actor') ?? 'bench' }),
    // At the end of a round, clients leave in the middle of a request.
    tus: tusServer(rindle, { path: TUS_PATH, logger: silentLogger }),
  })
  return { listener: toNodeHandler(handler), facts: {}, stop: () => rindle.stop() }
})
