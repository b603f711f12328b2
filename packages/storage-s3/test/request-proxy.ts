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

/** The interference; it gets the method of each request. */
export interface RequestHooks {
  /** Asked when it has come. What is refused does not reach the server. */
  readonly refuse?: (method: string) => Refusal | undefined
  /** Awaited when the server has answered, before the client hears of it. */
  readonly onAnswered?: (method: string) => Promise<void>
}

/** Starts an HTTP proxy before an `http:` endpoint, for the running test, and returns its endpoint. */
export async function useRequestProxy(endpoint: string, { refuse, onAnswered }: RequestHooks): Promise<string> {
  const { hostname, port } = new URL(endpoint)
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = '', url, headers } = incoming
    const refusal = refuse?.(method)
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
    await onAnswered?.(method)
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
