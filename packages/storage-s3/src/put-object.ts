import { addAbortSignal, type Readable } from 'node:stream'
import { type CompletedPart, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import { RindleError, type StoredObject } from '@rindle/core'
import { abortedOr, type BodyPart, cutBody, type PutOptions, shareWork } from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import { type UploadTarget, writeInParts } from './multipart-writer.ts'
import { base64Of, locate, type S3Bucket, uploadChecksum, writeSettings } from './s3-bucket.ts'
import { readEtag } from './stored-object.ts'

const MAX_PARTS = 10_000
const MEBIBYTE = 1024 * 1024
// One is filled while two are sent: with more, the memory of a put grows faster than its speed.
const PARTS_AT_ONCE = 3

/** The state of one put. */
interface Put {
  readonly bucket: S3Bucket
  readonly key: string
  readonly options: PutOptions
  /** Ends the put from inside. */
  readonly cancel: AbortController
  /** Aborted by `cancel` and by the caller. */
  readonly signal: AbortSignal
}

interface Written {
  readonly etag: string
  readonly byteSize: number
}

/**
 * Writes a body that fits into one part by one request and any other in parts. Each part is complete in memory when it
 * is sent: so the SDK can send it again, no store gets a body of unknown length, and nothing is under the key before
 * the whole body matches its declaration.
 */
export async function putObject(
  bucket: S3Bucket,
  key: string,
  body: Readable,
  options: PutOptions,
): Promise<StoredObject> {
  const cancel = new AbortController()
  const signal = options.signal === undefined ? cancel.signal : AbortSignal.any([options.signal, cancel.signal])
  // Without a listener, a body that fails before it is read would end the process; its reader sees the failure later.
  body.on('error', () => {})
  try {
    signal.throwIfAborted()
    locate(bucket, key)
    const { etag, byteSize } = await write({ bucket, key, options, cancel, signal }, addAbortSignal(signal, body))
    return { byteSize, contentType: options.contentType, etag, lastModified: new Date() }
  } catch (error) {
    body.destroy()
    throw abortedOr(error, options.signal)
  }
}

async function write(put: Put, body: Readable): Promise<Written> {
  const { byteSize, checksumSha256, disposeChunks = false } = put.options
  const parts = cutBody(body, {
    key: put.key,
    partBytes: Math.max(put.bucket.config.partBytes, leastPartBytes(byteSize ?? 0)),
    disposeChunks,
    ...(byteSize === undefined ? {} : { byteSize }),
    ...(checksumSha256 === undefined ? {} : { checksumSha256 }),
  })
  const { value: first } = await parts.next()
  if (first === undefined || first.isLast) return putWhole(put, first?.bytes ?? Buffer.alloc(0))
  // Not awaited here, because that would hold the first part in memory until the last is sent.
  return putParts(put, startingWith([first], parts))
}

async function putWhole({ bucket, key, options, signal }: Put, bytes: Buffer): Promise<Written> {
  const { checksumSha256 } = options
  const command = new PutObjectCommand({
    ...locate(bucket, key),
    ...headersOf(options),
    ...writeSettings(bucket.config),
    ...(checksumSha256 === undefined ? uploadChecksum(bucket.config) : { ChecksumSHA256: base64Of(checksumSha256) }),
    Body: bytes,
  })
  const { ETag } = await attempt({ operation: 'put', key }, signal, (sendOptions) =>
    bucket.connection.client.send(command, sendOptions),
  )
  return { etag: readEtag(key, ETag), byteSize: bytes.byteLength }
}

async function putParts(
  { bucket, key, options, cancel, signal }: Put,
  parts: AsyncIterator<BodyPart>,
): Promise<Written> {
  let byteSize = 0
  const send = async (target: UploadTarget, { partNumber, bytes, endByte }: BodyPart): Promise<CompletedPart> => {
    assertPartNumber(key, partNumber)
    byteSize = Math.max(byteSize, endByte)
    const checksum = uploadChecksum(bucket.config)
    const command = new UploadPartCommand({ ...target, ...checksum, PartNumber: partNumber, Body: bytes })
    const { ETag, ChecksumCRC32 } = await attempt({ operation: 'put', key }, signal, (sendOptions) =>
      bucket.connection.client.send(command, sendOptions),
    )
    return { PartNumber: partNumber, ETag, ChecksumCRC32 }
  }
  const etag = await writeInParts(bucket, key, {
    operation: 'put',
    headers: { ...headersOf(options), ...uploadChecksum(bucket.config) },
    signal,
    writeParts: (target) => shareWork(parts, { atOnce: PARTS_AT_ONCE, cancel, work: (part) => send(target, part) }),
  })
  return { etag, byteSize }
}

/** The part size, in whole MiB, that keeps a body of that size within the maximum number of parts. */
export function leastPartBytes(byteSize: number): number {
  return Math.ceil(byteSize / MAX_PARTS / MEBIBYTE) * MEBIBYTE
}

function assertPartNumber(key: string, partNumber: number): void {
  if (partNumber <= MAX_PARTS) return
  const message = `The body for "${key}" has more than ${MAX_PARTS} parts. Declare its byteSize, or raise partBytes.`
  throw new RindleError('invalid_input', message, { details: { key } })
}

async function* startingWith<T>(held: T[], rest: AsyncIterable<T>): AsyncGenerator<T, void> {
  yield* held.splice(0)
  yield* rest
}

function headersOf({ contentType, cacheControl, contentDisposition }: PutOptions): {
  readonly ContentType: string
  readonly CacheControl?: string
  readonly ContentDisposition?: string
} {
  return {
    ContentType: contentType,
    ...(cacheControl === undefined ? {} : { CacheControl: cacheControl }),
    ...(contentDisposition === undefined ? {} : { ContentDisposition: contentDisposition }),
  }
}
