import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RindleError } from '@rindle/core'
import type { HealthAnswer } from './health.ts'

/** The address to listen at. */
export interface HealthAddress {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

/** A server for the probes of an orchestrator, and for its monitor. */
export interface HealthServer extends AsyncDisposable {
  /** Its URL, without a path. */
  readonly url: string
}

/** An answer that is not JSON. */
export interface TextAnswer {
  readonly status: 200
  readonly contentType: string
  readonly text: string
}

/** The answers by path. */
export type HealthRoutes = Readonly<Record<string, () => Promise<HealthAnswer | TextAnswer>>>

// Probes are a line each; a client that sends more, or more slowly, is not a probe.
const LIMITS = { requestTimeout: 5_000, headersTimeout: 5_000, keepAliveTimeout: 1_000, maxHeaderSize: 8_192 }
const MAX_CONNECTIONS = 100

/** Starts it. `invalid_input` if it cannot listen there. */
export async function startHealthServer(address: HealthAddress, routes: HealthRoutes): Promise<HealthServer> {
  const server = createServer({ ...LIMITS }, (request, response) => void answer(request, response, routes))
  server.maxConnections = MAX_CONNECTIONS
  await listen(server, address)
  const { port } = server.address() as AddressInfo
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return {
    url: `http://${host}:${port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function listen(server: Server, { host, port }: HealthAddress): Promise<void> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const message = `Cannot listen at ${host}, port ${port} (${code}). Choose another --health-port or --health-host.`
    throw new RindleError('invalid_input', message, { cause: error })
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, routes: HealthRoutes): Promise<void> {
  const path = request.url?.split('?', 1)[0] ?? ''
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined
  if (route === undefined) return send(response, 404, { status: 'not_found', paths: Object.keys(routes) })
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, { status: 'not_allowed' })
  const answered = await route()
  if ('text' in answered) write(response, answered.status, answered.contentType, answered.text)
  else send(response, answered.status, answered.body)
}

function send(response: ServerResponse, status: number, body: object): void {
  write(response, status, 'application/json', `${JSON.stringify(body)}\n`)
}

function write(response: ServerResponse, status: number, contentType: string, text: string): void {
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  })
  response.end(text)
}
