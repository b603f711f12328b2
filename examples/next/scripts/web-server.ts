import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import next from 'next'

const HOST = '127.0.0.1'

/** A port in use, and the application behind it as soon as there is one. */
export interface WebServer {
  readonly origin: string
  /** Answers with the build in this directory. */
  serve(directory: string): Promise<void>
  stop(): Promise<void>
}

/** Takes a port on 127.0.0.1; 0 is any free one. Requests wait until `serve`. */
export async function startWebServer(port: number): Promise<WebServer> {
  const ready = Promise.withResolvers<RequestListener>()
  // No end after five minutes for running uploads; Rindle ends those that make no progress.
  const server = createServer({ requestTimeout: 0, headersTimeout: 60_000 }, (incoming, outgoing) => {
    void ready.promise.then((listener) => listener(incoming, outgoing))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, HOST, resolve))
  const { port: taken } = server.address() as AddressInfo
  let close = async (): Promise<void> => {}
  return {
    origin: `http://localhost:${taken}`,
    async serve(dir) {
      const app = next({ dir, dev: false, quiet: true, hostname: HOST, port: taken })
      await app.prepare()
      close = () => app.close()
      const answer = app.getRequestHandler()
      ready.resolve((incoming, outgoing) => void answer(incoming, outgoing))
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await close()
    },
  }
}
