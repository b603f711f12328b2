import { Readable } from 'node:stream'
import fresh from 'fresh'
import parseRange from 'range-parser'
import { isActiveContent } from '../domain/content-types.ts'
import type { OpenedToken, StorageAdapter, StoredObject } from '../ports/storage.ts'
import type { Runtime } from '../runtime.ts'
import { problem } from './problem-response.ts'

/** A storage whose signature on a token holds, and what the token permits. */
export interface OpenedFile {
  readonly storage: StorageAdapter
  readonly token: OpenedToken
}

/** The part of an object to send. */
type Selection =
  | { readonly status: 200 }
  | { readonly status: 206; readonly start: number; readonly end: number }
  | { readonly status: 416 }

/**
 * Answers `GET` and `HEAD` with what an opened token permits. One byte range (RFC 9110, section 14), `If-None-Match`,
 * `If-Modified-Since` and `If-Range`; anything malformed in a range is ignored. The body streams with back-pressure.
 */
export async function sendFile(runtime: Runtime, request: Request, { storage, token }: OpenedFile): Promise<Response> {
  const object = await storage.head(token.key)
  if (object === undefined) return problem(404, 'storage_object_missing', 'There is no such file.')
  const headers = headersOf(object, token, runtime.now())
  if (fresh(Object.fromEntries(request.headers), Object.fromEntries(headers))) {
    return new Response(null, { status: 304, headers })
  }
  const selection = select(runtime, request, storage, object)
  if (selection.status === 416) {
    return problem(416, 'invalid_input', 'The range is outside of the file.', {
      'content-range': `bytes */${object.byteSize}`,
    })
  }
  const start = selection.status === 206 ? selection.start : 0
  const end = selection.status === 206 ? selection.end : object.byteSize - 1
  headers.set('content-length', String(end - start + 1))
  if (selection.status === 206) headers.set('content-range', `bytes ${start}-${end}/${object.byteSize}`)
  if (request.method === 'HEAD' || end < start) return new Response(null, { status: selection.status, headers })
  // The etag ties the bytes to the headers above, should the object be replaced in between.
  const { body } = await storage.get(token.key, { range: { start, end }, ifMatch: object.etag, signal: request.signal })
  return new Response(Readable.toWeb(body), {
    status: selection.status,
    headers,
  })
}

function headersOf(object: StoredObject, token: OpenedToken, now: Date): Headers {
  const contentType = token.contentType ?? object.contentType
  const remainingSeconds = Math.max(0, Math.floor((token.expiresAt.getTime() - now.getTime()) / 1_000))
  const headers = new Headers({
    'accept-ranges': 'bytes',
    'content-type': contentType,
    'content-length': String(object.byteSize),
    etag: `"${object.etag}"`,
    'last-modified': object.lastModified.toUTCString(),
    // What lies under a key never changes; the URL itself ends.
    'cache-control': `private, max-age=${remainingSeconds}, immutable`,
    'x-content-type-options': 'nosniff',
  })
  if (token.disposition !== undefined) headers.set('content-disposition', token.disposition)
  if (isActiveContent(contentType)) headers.set('content-security-policy', "default-src 'none'; sandbox")
  return headers
}

function select(runtime: Runtime, request: Request, storage: StorageAdapter, object: StoredObject): Selection {
  const header = request.headers.get('range')
  if (header === null || request.method !== 'GET' || !matchesIfRange(request, object)) return { status: 200 }
  const ranges = parseRange(object.byteSize, header)
  if (ranges === -2) {
    runtime.events.emit({
      name: 'rindle.delivery.range_fallback',
      metadata: { profile: 'unknown', adapter: storage.name },
      measurements: { count: 1 },
    })
    return { status: 200 }
  }
  if (ranges === -1) return { status: 416 }
  const [range] = ranges
  // Several ranges may be answered with the whole (RFC 9110, 14.2), and other units are not ours.
  if (range === undefined || ranges.length > 1 || ranges.type !== 'bytes') return { status: 200 }
  return { status: 206, start: range.start, end: range.end }
}

/** If-Range compares strongly (RFC 9110, 13.1.5): the etag to the letter, or the exact date. */
function matchesIfRange(request: Request, object: StoredObject): boolean {
  const condition = request.headers.get('if-range')
  return condition === null || condition === `"${object.etag}"` || condition === object.lastModified.toUTCString()
}
