import type { IncomingHttpHeaders } from 'node:http'
import type { FetchResponse } from './open-url.ts'

/**
 * The header by which a server can tell whether a file is still the same (If-Range): a strong ETag, or a Last-Modified
 * of at least a minute before the answer, which no second change can share; `null`: neither. Pure.
 */
export function validatorOf({ etag, date, ...headers }: IncomingHttpHeaders): string | null {
  if (etag !== undefined && /^"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag)) return etag
  const modified = headers['last-modified']
  if (modified === undefined || date === undefined) return null
  const age = Date.parse(date) - Date.parse(modified)
  return age >= 60_000 ? modified : null
}

/** What an answer means for bytes that are there: the rest follows, nothing is missing, or the file begins anew. */
export type Continuation = 'append' | 'whole' | 'restart'

/**
 * Judges the answer to a request for the rest of a file. The file begins anew when it has changed, and when the answer
 * does not say exactly that its body follows the bytes that are there. Pure.
 *
 * @param byteSize of the whole file, if an earlier answer told it
 */
export function continuationOf(
  { status, headers, isDecoded }: Pick<FetchResponse, 'status' | 'headers' | 'isDecoded'>,
  { offset, byteSize }: { readonly offset: number; readonly byteSize: number | null },
): Continuation {
  const range = headers['content-range'] ?? ''
  if (status === 416) return range === `bytes */${offset}` ? 'whole' : 'restart'
  if (status !== 206 || isDecoded) return 'restart'
  const [, start, end, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(range) ?? []
  const isNext = Number(start) === offset && (total === '*' || Number(end) === Number(total) - 1)
  const isSameSize = byteSize === null || total === '*' || Number(total) === byteSize
  return isNext && isSameSize ? 'append' : 'restart'
}
