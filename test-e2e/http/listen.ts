import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'

/** A server on this machine's loopback address. Disposing of it ends open connections. */
export interface Server extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string
  /** How many connections are open, idle ones included. */
  connections(): Promise<number>
}

/** Listens on a free port, without Node's bound of five minutes on the whole of a request. */
export async function listen(listener: RequestListener): Promise<Server> {
  // A client may hold a connection for as long as a test takes: one that is closed at rest is closed under its next request.
  const http = createServer({ requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 600_000 }, listener)
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    connections: () => promisify(http.getConnections.bind(http))(),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => http.close(resolve))
      http.closeAllConnections()
      await closed
    },
  }
}
