import { join } from 'node:path'
import { createRindle, defineProfile, stderrLogger } from '@rindle/core'
import { createHandler, type RindleHandler, toNodeHandler } from '@rindle/http'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import pg from 'pg'
import { serveHttp } from '../serve-http.ts'
import { storageIn } from '../storage-in.ts'
import { recordStatements } from './record-statements.ts'
import { ACTOR_HEADER, RECORDED_ACTOR, type RecordedAnswer, type RindleApiSetup, UPLOAD } from './setup.ts'

const WEBP_HEAD = Buffer.from('RIFF\x00\x00\x00\x00WEBPVP8 ', 'latin1')

// The HTTP handler: the actor of each request is known, and so every answer is this actor's.
serveHttp(async (setup) => {
  const { directory, databaseUrl } = setup as RindleApiSetup
  const pool = new pg.Pool({ connectionString: databaseUrl })
  const sentStatements = recordStatements(pool)
  const recorded = application(directory, databaseUrl, { pool })
  await recorded.rindle.start()
  const { id: assetId } = await recorded.rindle.upload('photo', WEBP_HEAD, { actorId: RECORDED_ACTOR })
  // Available, so that its view has a signed URL.
  await recorded.rindle.drain({ maxSeconds: 20 })
  const record = async (path: string, init: RequestInit = {}): Promise<RecordedAnswer> => {
    // The first time also reads what is remembered for a while.
    await recorded.ask(path, init)
    sentStatements()
    const body = await recorded.ask(path, init)
    return { statements: sentStatements(), body }
  }
  const show = await record(`/assets/${assetId}`)
  const begin = await record('/uploads', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(UPLOAD),
  })
  await recorded.rindle.stop()
  await pool.end()
  const { rindle, handler } = application(directory, databaseUrl, databaseUrl)
  await rindle.start()
  return { listener: toNodeHandler(handler), facts: { assetId, show, begin }, stop: () => rindle.stop() }
})

function application(directory: string, databaseUrl: string, database: string | { readonly pool: pg.Pool }) {
  const rindle = createRindle({
    database,
    storages: { main: storageIn(directory) },
    jobs: pgBossJobs({ connectionString: databaseUrl }),
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
  const handler = createHandler(rindle, {
    basePath: '/rindle',
    actor: (request) => ({ id: request.headers.get(ACTOR_HEADER) ?? RECORDED_ACTOR }),
  })
  return { rindle, handler, ask: (path: string, init: RequestInit) => ask(handler, path, init) }
}

async function ask(handler: RindleHandler, path: string, init: RequestInit): Promise<string> {
  const response = await handler(new Request(`http://127.0.0.1/rindle${path}`, init))
  const body = await response.text()
  if (response.status >= 300) throw new Error(`${path} was answered with ${response.status}: ${body}`)
  return body
}
