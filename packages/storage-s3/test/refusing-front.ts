import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

const REFUSAL = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>'

/** A server before another one. */
export interface RefusingFront {
  readonly endpoint: string
  /** Refuses the next so many writes with 403, as a server of that name; the rest pass. */
  refuse(count: number, name: string): void
  /** How many writes came, refused ones too. */
  readonly writes: () => number
}

/** Starts an HTTP server before an `http:` endpoint, for the running test. */
export async function useRefusingFront(endpoint: string): Promise<RefusingFront> {
  let refusals = { count: 0, name: '' }
  let writes = 0
  const server = createServer((incoming, answer) => {
    const { method, url, headers } = incoming
    if (method === 'PUT' || method === 'POST') {
      writes += 1
      if (refusals.count > 0) {
        refusals.count -= 1
        incoming.resume().once('end', () => {
          answer.writeHead(403, { 'content-type': 'application/xml', server: refusals.name }).end(REFUSAL)
        })
        return
      }
    }
    // The host stays as it is: it is signed.
    const onward = request(new URL(url ?? '', endpoint), { method, headers, setHost: false }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refuse: (count, name) => {
      refusals = { count, name }
    },
    writes: () => writes,
  }
}
