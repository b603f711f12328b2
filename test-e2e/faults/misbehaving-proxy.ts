import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** A fault of a store. */
export type Misbehaviour =
  | { readonly kind: 'waits'; readonly delayMs: number }
  /** On every so manieth request, unless it has done so to the same one before. */
  | { readonly kind: 'hangs up'; readonly oneIn: number }
  /** Ends the connection in the middle of every body of more bytes, sent or received. */
  | { readonly kind: 'cuts bodies'; readonly afterBytes: number }
  | { readonly kind: 'answers'; readonly status: 403 | 503 }

/** A way to a store on which things go wrong. */
export interface MisbehavingProxy extends AsyncDisposable {
  readonly endpoint: string
  /** For all requests from now on; `undefined` lets everything pass. */
  set(misbehaviour: Misbehaviour | undefined): void
}

const ERROR_NAMES = { 403: 'AccessDenied', 503: 'SlowDown' } as const

/** Starts a proxy before an `http:` store, on a free port. */
export async function startMisbehavingProxy(endpoint: string): Promise<MisbehavingProxy> {
  const { hostname, port } = new URL(endpoint)
  let current: Misbehaviour | undefined
  let requestCount = 0
  const hungUp = new Set<string>()

  async function misbehave(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    requestCount += 1
    if (current?.kind === 'waits') await delay(current.delayMs)
    if (current?.kind === 'answers') return answer(incoming, outgoing, current.status)
    if (current?.kind === 'hangs up' && hangsUp(incoming, current.oneIn)) return void incoming.socket.destroy()
    forward(incoming, outgoing, current?.kind === 'cuts bodies' ? current.afterBytes : Number.POSITIVE_INFINITY)
  }

  function hangsUp({ method, url }: IncomingMessage, oneIn: number): boolean {
    const which = `${method} ${url}`
    if (requestCount % oneIn !== 0 || hungUp.has(which)) return false
    hungUp.add(which)
    return true
  }

  function forward(incoming: IncomingMessage, outgoing: ServerResponse, cutAfterBytes: number): void {
    const { method, url: path, headers } = incoming
    const upstream = request({ hostname, port, method, path, headers })
    const cut = (): void => {
      incoming.socket.destroy()
      upstream.destroy()
    }
    cutPast(incoming, cutAfterBytes, cut)
    upstream.on('response', (response) => {
      cutPast(response, cutAfterBytes, cut)
      outgoing.writeHead(response.statusCode ?? 502, response.headers)
      response.on('error', cut)
      response.pipe(outgoing)
    })
    // A side that goes away takes the other one along.
    upstream.on('error', cut)
    outgoing.on('close', () => upstream.destroy())
    incoming.pipe(upstream)
  }

  const server = createServer((incoming, outgoing) => void misbehave(incoming, outgoing))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set(misbehaviour) {
      current = misbehaviour
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function answer(incoming: IncomingMessage, outgoing: ServerResponse, status: 403 | 503): void {
  incoming.resume()
  outgoing.writeHead(status, { 'content-type': 'application/xml' })
  outgoing.end(`<Error><Code>${ERROR_NAMES[status]}</Code><Message>On purpose.</Message></Error>`)
}

function cutPast(body: IncomingMessage, maxBytes: number, cut: () => void): void {
  let passedBytes = 0
  body.on('data', (chunk: Buffer) => {
    passedBytes += chunk.byteLength
    if (passedBytes > maxBytes) cut()
  })
}
