import { RindleError, type StoredObject } from '@rindle/core'

/** The relevant headers of the answers to HEAD and GET. */
export interface ObjectHeaders {
  readonly ContentLength?: number | undefined
  readonly ContentRange?: string | undefined
  readonly ContentType?: string | undefined
  readonly CacheControl?: string | undefined
  readonly ContentDisposition?: string | undefined
  readonly ETag?: string | undefined
  readonly LastModified?: Date | undefined
}

/** The object that an answer describes; for a range, the whole object. */
export function describeObject(key: string, headers: ObjectHeaders): StoredObject {
  return {
    byteSize: wholeSize(key, headers),
    contentType: headers.ContentType ?? 'application/octet-stream',
    etag: readEtag(key, headers.ETag),
    lastModified: given(key, 'Last-Modified', headers.LastModified),
  }
}

/** An etag as the store sends it, without its quotes. */
export function readEtag(key: string, etag: string | undefined): string {
  const unquoted = etag?.replaceAll('"', '')
  return given(key, 'ETag', unquoted === '' ? undefined : unquoted)
}

/** An etag as conditions take it. */
export function quoteEtag(etag: string): string {
  return `"${etag}"`
}

/** The error of reading a missing object. */
export function objectMissing(key: string): RindleError {
  return new RindleError('storage_object_missing', `S3 storage holds no object "${key}".`, { details: { key } })
}

function wholeSize(key: string, { ContentRange, ContentLength }: ObjectHeaders): number {
  const total = ContentRange === undefined ? undefined : /\/(\d+)$/.exec(ContentRange)?.[1]
  return total === undefined ? given(key, 'Content-Length', ContentLength) : Number(total)
}

function given<T>(key: string, header: string, value: T | undefined): T {
  if (value !== undefined) return value
  throw new RindleError('storage_unavailable', `The store's answer for "${key}" has no ${header}.`, {
    details: { key },
  })
}
