import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequest } from '@remix-run/node-fetch-server'
import { markDisposable } from '@rindle/core/adapter'
import { rememberIncoming } from './incoming-of.ts'
import { RequestRefused } from './request-refused.ts'

/**
 * Converts a request of `node:http` to the Fetch API: its body streams, and its signal aborts when the client goes
 * away. A request with an invalid method or Host is refused with 400.
 */
export function nodeRequest(incoming: IncomingMessage, outgoing: ServerResponse): Request | RequestRefused {
  try {
    const isHeard = incoming.listenerCount('data') > 0
    const request = createRequest(incoming, outgoing)
    const { readableDidRead: wasRead, readableEnded: isEnded } = incoming
    if (request.body === null || !(wasRead || isEnded)) {
      if (request.body !== null && !isHeard) markDisposable(request.body)
      return rememberIncoming(request, incoming)
    }
    // Of an empty body a parser gets no data, though it reads to the end.
    const body = wasRead ? bodyReadBefore(incoming) : ''
    if (body instanceof RequestRefused) return body
    const { url, method, headers, signal } = request
    return rememberIncoming(new Request(url, { method, headers, signal, body }), incoming)
  } catch (error) {
    // The Fetch API rejects the URL or the method.
    if (error instanceof TypeError) return new RequestRefused(400, 'invalid_input', 'The request is malformed.')
    throw error
  }
}

/** The body that a parser has read. Only JSON can be serialized again; a file needs its exact bytes. */
function bodyReadBefore(incoming: IncomingMessage): string | Uint8Array<ArrayBuffer> | RequestRefused {
  const body: unknown = 'body' in incoming ? incoming.body : undefined
  if (body instanceof Uint8Array) return new Uint8Array(body)
  if (incoming.method === 'POST' && typeof body === 'string') return body
  if (incoming.method === 'POST' && typeof body === 'object' && body !== null) return JSON.stringify(body)
  return new RequestRefused(
    500,
    'config_invalid',
    'Another middleware has read the body of this request. Mount the handler of Rindle before body parsers.',
  )
}
