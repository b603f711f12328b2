import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type FileAnswer, silentLogger } from '@rindle/core'
import { unlessStalled } from '@rindle/core/adapter'
import { answerToFailure } from './answer-to-failure.ts'
import { directServerOf, type FileServer } from './direct-server.ts'
import type { JsonAnswer } from './json-answer.ts'
import { nodeRequest } from './node-request.ts'
import { RequestRefused } from './request-refused.ts'

/** A listener of `node:http`, and a middleware of Express and Connect. */
export type NodeHandler = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  next?: (error?: unknown) => void,
) => void

/** A handler at a base path: that of `createHandler`, or a console of `@rindle/console`. */
export interface MountedHandler {
  (request: Request): Promise<Response>
  /** Has no slash at its end; empty at the root. */
  readonly basePath: string
}

/** How much of the rest of a refused body is read, so that its sender gets to read the answer. */
const LINGER_BYTES = 16 * 1024 * 1024
const LINGER_MS = 2_000

/**
 * The handler for `node:http`, Express and Connect. Bodies stream in both directions with back-pressure, and a client
 * that goes away aborts its request. With a `next`, requests outside of the base path are passed on.
 */
export function toNodeHandler(handler: MountedHandler): NodeHandler {
  const files = directServerOf(handler)?.files
  return (incoming, outgoing, next) => {
    // Express removes its mount path from `url`.
    const target = 'originalUrl' in incoming ? String(incoming.originalUrl) : (incoming.url ?? '/')
    const url = originForm(target, incoming.headers.host)
    if (next !== undefined && !isBelow(handler.basePath, url)) return next()
    incoming.url = url
    const path = files !== undefined && isRead(incoming) ? pathOf(url) : ''
    if (files?.serves(path) === true) answerWithFile(files, path, incoming, outgoing)
    else void finish(incoming, outgoing, answer(handler, incoming, outgoing))
  }
}

async function answer(handler: MountedHandler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const answered = await respond(handler, incoming, outgoing)
  if (answered instanceof Response) await send(answered, incoming, outgoing)
  else outgoing.writeHead(answered.status, answered.headers).end(answered.body)
}

/** Makes no promise for a browser that has the file already: that would take as long as its answer. */
function answerWithFile(files: FileServer, path: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  let sending: Promise<void> | undefined
  try {
    const answered = askForFile(files, path, incoming)
    sending =
      answered instanceof Promise
        ? answered.then((later) => sendFile(files, later, outgoing))
        : sendFile(files, answered, outgoing)
  } catch {
    // As in `finish`.
    outgoing.destroy()
  }
  if (sending !== undefined || hasBody(incoming)) void finish(incoming, outgoing, sending)
}

/** Ends an exchange once its answer is sent. */
async function finish(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  sending: Promise<void> | undefined,
): Promise<void> {
  try {
    await sending
  } catch {
    // The client has gone away, or the answer failed half-way: only closing the connection can say so.
    outgoing.destroy()
  }
  drain(incoming)
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}

async function respond(
  handler: MountedHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<Response | JsonAnswer> {
  const request = nodeRequest(incoming, outgoing)
  if (request instanceof RequestRefused) return answerToFailure(request, silentLogger)
  const response = await (directServerOf(handler)?.answer(request) ?? handler(request))
  // An unread body would block the connection.
  if (request.body?.locked === false) await request.body.cancel()
  return response
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** The path of a target: neither its query, nor a fragment, which no target should have. */
function pathOf(target: string): string {
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  const fragment = path.indexOf('#')
  return fragment === -1 ? path : path.slice(0, fragment)
}

function askForFile(
  files: FileServer,
  path: string,
  { method = 'GET', headers: given }: IncomingMessage,
): ReturnType<FileServer['answer']> {
  return files.answer({ method, path, headers: { get: (name) => headerOf(given[name]) } })
}

function sendFile(
  { idleTimeoutMs }: FileServer,
  { status, headers, body }: FileAnswer,
  outgoing: ServerResponse,
): Promise<void> | undefined {
  if (body instanceof Readable) {
    if (outgoing.destroyed) return void body.destroy()
    outgoing.writeHead(status, headers)
    return pipeline(Readable.fromWeb(unlessStalled(body, idleTimeoutMs)), outgoing)
  }
  outgoing.writeHead(status, headers).end(body ?? undefined)
  // A reader that does not even take these few bytes holds its connection; nearly every other has them by now.
  const isTaken = outgoing.socket?.writableLength === 0
  if (!isTaken) outgoing.setTimeout(idleTimeoutMs, () => outgoing.destroy())
  return undefined
}

function headerOf(value: string | string[] | undefined): string | null {
  return Array.isArray(value) ? value.join(', ') : (value ?? null)
}

/** Answers up to this size are written at once, with their head; a stream costs more than their bytes. */
const SMALL_BYTES = 64 * 1024

async function send(response: Response, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  outgoing.statusCode = response.status
  for (const [name, value] of response.headers) outgoing.setHeader(name, value)
  if (response.body !== null && incoming.method !== 'HEAD' && isSmall(response)) {
    outgoing.end(Buffer.from(await response.arrayBuffer()))
    return
  }
  if (response.body !== null && incoming.method !== 'HEAD') return pipeline(Readable.fromWeb(response.body), outgoing)
  await response.body?.cancel()
  outgoing.end()
}

function isSmall({ headers }: Response): boolean {
  const length = headers.get('content-length')
  return length !== null && Number(length) <= SMALL_BYTES
}

/** Reads the unwanted rest of a body for a while: the next request of the connection comes after it. */
function drain(incoming: IncomingMessage): void {
  if (incoming.complete || incoming.destroyed) return
  let restBytes = LINGER_BYTES
  const timer = setTimeout(() => incoming.destroy(), LINGER_MS)
  incoming.once('close', () => clearTimeout(timer))
  incoming.on('data', (chunk: Buffer) => {
    restBytes -= chunk.byteLength
    if (restBytes < 0) incoming.destroy()
  })
  incoming.resume()
}

/**
 * Turns a target that is a whole URL, as proxies send it and every server must accept it (RFC 9112, 3.2.2), into a
 * path. A target of another host than the request names stays as it is, and has no route.
 */
function originForm(target: string, host: string | undefined): string {
  if (target.startsWith('/')) return target
  const url = /^https?:\/\//i.test(target) ? URL.parse(target) : null
  return url === null || url.host !== host ? target : `${url.pathname}${url.search}`
}

function isBelow(basePath: string, url: string): boolean {
  return url === basePath || url.startsWith(`${basePath}/`) || url.startsWith(`${basePath}?`)
}
