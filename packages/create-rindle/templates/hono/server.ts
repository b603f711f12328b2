import { readFile } from 'node:fs/promises'
import { serve } from '@hono/node-server'
import { createHandler } from '@rindle/http'
import { Hono } from 'hono'
import { prepareDatabase } from './media/database.ts'
import { gallery, owner } from './media/gallery.ts'
import { rindle } from './media/rindle.ts'

const port = Number(process.env['PORT'] ?? 3000)
if (!Number.isInteger(port) || port < 1 || port > 65_535) {
  console.error(`PORT must be a whole number from 1 to 65535, not "${process.env['PORT']}".`)
  process.exit(1)
}

try {
  await prepareDatabase()
  await rindle.start()
  await rindle.work() // makes the variants in this process; `npx rindle worker` does it in one of its own
} catch (error) {
  console.error(error instanceof Error ? error.message : error) // says what to do
  process.exit(1)
}

const handler = createHandler(rindle, {
  basePath: '/rindle',
  actor: () => owner, // your signed-in user
  authorizeUpload: () => ({ owner }), // the owner of the gallery
})

const app = new Hono()
app.get('/', async (context) => context.html(await readFile('page.html', 'utf8')))
app.get('/gallery', async (context) => context.json(await gallery()))
app.all('/rindle/*', (context) => handler(context.req.raw))

const server = serve(
  // Rindle ends uploads that make no progress; Node must not end the others after five minutes.
  { fetch: app.fetch, hostname: '127.0.0.1', port, serverOptions: { requestTimeout: 0, headersTimeout: 60_000 } },
  () => console.log(`Open http://localhost:${port}`),
)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
    await rindle.stop() // waits for running work
    process.exit()
  })
}
