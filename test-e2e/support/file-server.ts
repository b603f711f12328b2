import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as the server saw it. */
export interface SeenRequest {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** The bytes of the body that were written for it. */
  sentBytes: number
}

/** How one path is answered. */
export type Answer = (request: IncomingMessage, response: ServerResponse, seen: SeenRequest) => void

/** A server of files on loopback, which a test tells how to answer. */
export interface FileServer extends AsyncDisposable {
  readonly url: string
  readonly seen: readonly SeenRequest[]
  /** Answers a path from now on. */
  answer(path: string, answer: Answer): void
}

/** Starts a server of files. */
export async function startFileServer(): Promise<FileServer> {
  const answers = new Map<string, Answer>()
  const seen: SeenRequest[] = []
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    const line: SeenRequest = { path, headers: request.headers, sentBytes: 0 }
    seen.push(line)
    const answer = answers.get(path)
    if (answer === undefined) response.writeHead(404).end('There is no such file.')
    else answer(request, response, line)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answer: (path, answer) => void answers.set(path, answer),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/**
 * Answers as servers of files do: whole, or from the byte that a Range header names while its If-Range holds. Writes at
 * most `stopAfter` bytes of the first answer, and then no more.
 */
export function fileAnswer(bytes: Buffer, etag: string | null, stopAfter = Number.POSITIVE_INFINITY): Answer {
  let limit = stopAfter
  return (request, response, seen) => {
    const [, start] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? []
    const isRest = start !== undefined && etag !== null && request.headers['if-range'] === etag
    const from = isRest ? Number(start) : 0
    if (from > 0 && from >= bytes.byteLength) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.byteLength}` }).end()
      return
    }
    response.writeHead(isRest ? 206 : 200, {
      'content-length': bytes.byteLength - from,
      ...(etag === null ? {} : { etag }),
      ...(isRest ? { 'content-range': `bytes ${from}-${bytes.byteLength - 1}/${bytes.byteLength}` } : {}),
    })
    const part = bytes.subarray(from, from + limit)
    seen.sentBytes += part.byteLength
    if (from + limit >= bytes.byteLength) response.end(part)
    else response.write(part)
    limit = Number.POSITIVE_INFINITY
  }
}
