import { isActiveContent } from '../../domain/content-types.ts'
import { isRindleError } from '../../domain/errors.ts'
import { problemResponse } from '../../kernel/problem-response.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { StorageAdapter, StoredObject } from '../../ports/storage.ts'
import { type RangeSelection, selectRange } from './byte-range.ts'
import { unlessStalled } from './idle-timeout.ts'
import { evaluatePreconditions, matchesIfRange } from './preconditions.ts'

/** An object to send, and the headers that it does not know itself. */
export interface SentFile {
  readonly storage: StorageAdapter
  readonly key: string
  /** @default the object's */
  readonly contentType?: string
  readonly disposition?: string
  readonly cacheControl: string
}

/**
 * Answers `GET` and `HEAD` with an object. Supports one byte range and every precondition of RFC 9110,
 * sections 13 and 14; ignores malformed ranges. The body streams with back-pressure, and fails when its reader stalls
 * for `idleTimeoutMs`.
 */
export async function sendFile(
  runtime: Runtime,
  request: Request,
  file: SentFile,
  idleTimeoutMs: number,
): Promise<Response> {
  if (wantsAll(request)) return sendAll(request, file, idleTimeoutMs)
  const { storage, key } = file
  const object = await storage.head(key)
  if (object === undefined) return noSuchFile()
  const headers = headersOf(object, file)
  const outcome = evaluatePreconditions(request.headers, object)
  if (outcome === 'failed') return notExpected()
  if (outcome === 'not_modified') return new Response(null, { status: 304, headers: cacheHeaders(headers) })
  const selection = select(runtime, request, file, object)
  if (selection.select === 'unsatisfiable') {
    const refused = { status: 416, code: 'invalid_input', detail: 'The range is outside of the file.' } as const
    return problemResponse(refused, { 'content-range': `bytes */${object.byteSize}` })
  }
  const isPart = selection.select === 'part'
  const { start, end } = isPart ? selection : { start: 0, end: object.byteSize - 1 }
  const status = isPart ? 206 : 200
  headers.set('content-length', String(end - start + 1))
  if (isPart) headers.set('content-range', `bytes ${start}-${end}/${object.byteSize}`)
  if (request.method === 'HEAD' || end < start) return new Response(null, { status, headers })
  // The etag ties the bytes to the headers above, in case the object is replaced in between.
  const { body } = await storage.get(key, { range: { start, end }, ifMatch: object.etag, signal: request.signal })
  return new Response(unlessStalled(body, idleTimeoutMs), { status, headers })
}

const CHOOSING = ['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since']

/** Whether a request wants the object as it is: then one call of the storage tells and gives everything. */
function wantsAll({ method, headers }: Request): boolean {
  return method === 'GET' && CHOOSING.every((name) => !headers.has(name))
}

async function sendAll({ signal }: Request, file: SentFile, idleTimeoutMs: number): Promise<Response> {
  try {
    const { body, ...object } = await file.storage.get(file.key, { signal })
    return new Response(unlessStalled(body, idleTimeoutMs), { status: 200, headers: headersOf(object, file) })
  } catch (error) {
    if (isRindleError(error, 'storage_object_missing')) return noSuchFile()
    throw error
  }
}

/** The answer to a request for bytes that are not there. */
export function noSuchFile(): Response {
  return problemResponse({ status: 404, code: 'storage_object_missing', detail: 'There is no such file.' })
}

function notExpected(): Response {
  const detail = 'The file is not the expected one.'
  return problemResponse({ status: 412, code: 'storage_precondition_failed', detail })
}

function headersOf(
  object: StoredObject,
  { contentType = object.contentType, disposition, cacheControl }: SentFile,
): Headers {
  const headers = new Headers({
    'accept-ranges': 'bytes',
    'content-type': contentType,
    'content-length': String(object.byteSize),
    etag: `"${object.etag}"`,
    'last-modified': object.lastModified.toUTCString(),
    'cache-control': cacheControl,
    'x-content-type-options': 'nosniff',
  })
  if (disposition !== undefined) headers.set('content-disposition', disposition)
  if (isActiveContent(contentType)) headers.set('content-security-policy', "default-src 'none'; sandbox")
  return headers
}

/** The headers that a cache updates from a 304 (RFC 9110, 15.4.5). */
function cacheHeaders(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => name === 'etag' || name === 'cache-control'))
}

/** A range applies to `GET` alone, and only to the version that `If-Range` names. */
function select(runtime: Runtime, request: Request, { storage, key }: SentFile, object: StoredObject): RangeSelection {
  const header = request.headers.get('range')
  const isWhole =
    header === null || request.method !== 'GET' || !matchesIfRange(request.headers.get('if-range'), object)
  if (isWhole) return { select: 'whole' }
  const selection = selectRange(header, object.byteSize)
  if (selection.select === 'malformed') {
    // The profile in a key of Rindle's, which may no longer be configured.
    const name = key.split('/').at(-3) ?? ''
    const profile = Object.hasOwn(runtime.profiles, name) ? name : 'unknown'
    runtime.events.emit({
      name: 'rindle.delivery.range_fallback',
      metadata: { profile, adapter: storage.name },
      measurements: { count: 1 },
    })
  }
  return selection
}
