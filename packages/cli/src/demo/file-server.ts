import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequestListener } from '@remix-run/node-fetch-server'

/** Answers one request. */
export type Answer = (request: Request) => Promise<Response>

/** An HTTP server on this machine's loopback address. */
export interface FileServer extends AsyncDisposable {
  /** Its base URL, without a slash at its end. */
  readonly url: string
  /** The function that answers; until it is set, the server answers 503. */
  answer: Answer
}

/** Starts a server on 127.0.0.1, by default on a free port. Disposing of it ends open connections. */
export async function startFileServer(wantedPort = 0): Promise<FileServer> {
  const http = createServer(createRequestListener((request) => server.answer(request)))
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject).listen(wantedPort, '127.0.0.1', resolve)
  })
  const { port } = http.address() as AddressInfo
  const server: FileServer = {
    url: `http://127.0.0.1:${port}`,
    answer: async () => new Response('Not ready.', { status: 503 }),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => http.close(resolve))
      http.closeAllConnections()
      await closed
    },
  }
  return server
}
