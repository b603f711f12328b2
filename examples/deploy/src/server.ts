import { createServer, type ServerResponse } from 'node:http'
import { createHandler, toNodeHandler } from '@rindle/http'
import { isUser } from './is-user.ts'
import { rindle } from './rindle.ts'

/** Less than an orchestrator waits between SIGTERM and SIGKILL. */
const LONGEST_ANSWER_MS = 20_000

const { PORT = '3000', HOST = '0.0.0.0' } = process.env
const port = Number(PORT)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`PORT must be a whole number from 1 to 65535, or 0 for any free one, not "${PORT}".`)
  process.exit(1)
}

const media = toNodeHandler(
  createHandler(rindle, {
    basePath: '/rindle',
    actor: (request) => (isUser(request) ? { id: 'user' } : null),
  }),
)

// No end after five minutes for long uploads: Rindle ends those that make no progress.
const server = createServer({ requestTimeout: 0, headersTimeout: 60_000 }, (request, response) => {
  if (request.url === '/healthz') answer(response, 200)
  else if (request.url === '/readyz') void isReady().then((ready) => answer(response, ready ? 200 : 503))
  else media(request, response)
})

/** Whether new requests may come: the database answers. A probe of liveness must not ask this. */
async function isReady(): Promise<boolean> {
  try {
    await rindle.liveWorkers()
    return true
  } catch {
    // Every request that needs the database logs the reason.
    return false
  }
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(status === 200 ? 'ok\n' : 'not ready\n')
}

/** Takes no new connections, and lets the running requests end. */
async function stop(): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  const late = setTimeout(() => server.closeAllConnections(), LONGEST_ANSWER_MS)
  await closed
  clearTimeout(late)
  await rindle.stop()
}

await rindle.start()
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void stop())
server.listen(port, HOST)
