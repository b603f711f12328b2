import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { onTestFinished } from 'vitest'

/** An answer instead of that of the server. */
export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Starts an HTTP proxy before an `http:` endpoint, for the running test, and returns its endpoint. A request goes on
 * when `before`, which is told its method, has resolved, unless with an answer.
 */
export async function useRequestProxy(
  endpoint: string,
  before: (method: string) => Promise<Refusal | undefined>,
): Promise<string> {
  const { hostname, port } = new URL(endpoint)
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = '', url, headers } = incoming
    const refusal = await before(method)
    if (refusal !== undefined) {
      for await (const _ of incoming);
      outgoing.writeHead(refusal.status, refusal.headers).end(refusal.body)
      return
    }
    // The host in the headers is the one that the client has signed.
    const forwarded = request({ hostname, port, method, path: url, headers, agent: false })
    const answered = once(forwarded, 'response') as Promise<[IncomingMessage]>
    answered.catch(() => {})
    // A server may answer before it has read the body.
    pipeline(incoming, forwarded).catch(() => {})
    const [answer] = await answered
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    await pipeline(answer, outgoing)
  }
  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
