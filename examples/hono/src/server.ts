import { serve } from '@hono/node-server'
import { makeApp } from './app.ts'
import { makeRindle } from './rindle.ts'

const { DATABASE_URL = '', RINDLE_SIGNING_KEY = '', PORT = '3000' } = process.env

const port = Number(PORT)
if (!Number.isInteger(port) || port < 1 || port > 65_535) {
  console.error(`PORT must be a whole number from 1 to 65535, not "${PORT}".`)
  process.exit(1)
}

const rindle = makeRindle({
  databaseUrl: DATABASE_URL,
  directory: 'media',
  origin: `http://localhost:${PORT}`,
  signingKey: RINDLE_SIGNING_KEY,
})
await rindle.start()
await rindle.work()

// No end after five minutes for running uploads; Rindle ends those that make no progress.
const server = serve({
  fetch: makeApp(rindle).fetch,
  hostname: '127.0.0.1',
  port,
  serverOptions: { requestTimeout: 0, headersTimeout: 60_000 },
})
console.log(`Photos at http://localhost:${PORT}`)

process.once('SIGINT', () => {
  server.close(() => void rindle.stop())
  if ('closeAllConnections' in server) server.closeAllConnections()
})
