import { RindleError, type StoredObject } from '@rindle/core'
import type { PutOptions } from '@rindle/core/adapter'

/** The name of the metadata that holds the SHA-256 of an object; only this adapter writes it. */
const SHA256 = 'rindle_sha256'
const HEX_SHA256 = /^[0-9a-f]{64}$/

/** The relevant properties of the answers to HEAD and GET. */
export interface BlobProperties {
  readonly contentLength?: number | undefined
  readonly contentRange?: string | undefined
  readonly contentType?: string | undefined
  readonly cacheControl?: string | undefined
  readonly contentDisposition?: string | undefined
  readonly etag?: string | undefined
  readonly lastModified?: Date | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** The headers and the metadata of a blob that is written: in the request that makes it, so that its etag is final. */
export interface BlobSettings {
  readonly blobHTTPHeaders: {
    readonly blobContentType: string
    readonly blobCacheControl?: string
    readonly blobContentDisposition?: string
  }
  readonly metadata: Record<string, string>
}

/** The object that an answer describes; for a range, the whole object. */
export function describeObject(key: string, properties: BlobProperties): StoredObject {
  const checksumSha256 = properties.metadata?.[SHA256]
  return {
    byteSize: wholeSize(key, properties),
    contentType: properties.contentType ?? 'application/octet-stream',
    etag: readEtag(key, properties.etag),
    ...(checksumSha256 !== undefined && HEX_SHA256.test(checksumSha256) ? { checksumSha256 } : {}),
    lastModified: given(key, 'Last-Modified', properties.lastModified),
  }
}

/** The settings of a new blob. */
export function settingsOf(
  {
    contentType,
    cacheControl,
    contentDisposition,
  }: Pick<PutOptions, 'contentType' | 'cacheControl' | 'contentDisposition'>,
  checksumSha256: string | undefined,
  metadata: Readonly<Record<string, string>> = {},
): BlobSettings {
  return {
    blobHTTPHeaders: {
      blobContentType: contentType,
      ...(cacheControl === undefined ? {} : { blobCacheControl: cacheControl }),
      ...(contentDisposition === undefined ? {} : { blobContentDisposition: contentDisposition }),
    },
    metadata: { ...metadata, ...(checksumSha256 === undefined ? {} : { [SHA256]: checksumSha256 }) },
  }
}

/** An etag as the service sends it, without its quotes. */
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
  return new RindleError('storage_object_missing', `Azure storage holds no object "${key}".`, { details: { key } })
}

function wholeSize(key: string, { contentRange, contentLength }: BlobProperties): number {
  const total = contentRange === undefined ? undefined : /\/(\d+)$/.exec(contentRange)?.[1]
  return total === undefined ? given(key, 'Content-Length', contentLength) : Number(total)
}

function given<T>(key: string, header: string, value: T | undefined): T {
  if (value !== undefined) return value
  throw new RindleError('storage_unavailable', `The service's answer for "${key}" has no ${header}.`, {
    details: { key },
  })
}
