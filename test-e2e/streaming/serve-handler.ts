import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RindleHandler, toNodeHandler } from '@rindle/http'

/** Serves a handler on 127.0.0.1 and a free port. */
export async function serveHandler(
  handler: RindleHandler,
): Promise<{ readonly origin: string; readonly stop: () => Promise<void> }> {
  const server = createServer(toNodeHandler(handler))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
