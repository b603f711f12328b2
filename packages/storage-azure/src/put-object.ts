import { createHash } from 'node:crypto'
import { addAbortSignal, Readable } from 'node:stream'
import type { StoredObject } from '@rindle/core'
import { abortedOr, type BodyPart, cutBody, type PutOptions } from '@rindle/core/adapter'
import { attempt, type CallClock } from './attempt.ts'
import { type AzureContainer, blobOf, nameOf } from './azure-container.ts'
import { md5Of } from './blocks.ts'
import { type Put, putBlocks } from './put-blocks.ts'
import { readEtag, settingsOf } from './stored-object.ts'

const MEBIBYTE = 1024 * 1024
// The most that one request may carry.
const MAX_PUT_BYTES = 5000 * MEBIBYTE
const STREAMED_PART_BYTES = MEBIBYTE

/**
 * Writes a body that fits into one block by one request from memory, any other of known length by one request that
 * streams it, and the rest in blocks. Its last bytes are sent only once the whole body matches its declaration, so
 * that nothing is under the key before.
 */
export async function putObject(
  container: AzureContainer,
  key: string,
  body: Readable,
  options: PutOptions,
): Promise<StoredObject> {
  const { signal, contentType } = options
  // Without a listener, a body that fails before it is read would end the process; its reader sees the failure later.
  body.on('error', () => {})
  try {
    signal?.throwIfAborted()
    nameOf(container, key)
    const arriving = signal === undefined ? body : addAbortSignal(signal, body)
    const stored = await write({ container, key, options }, arriving)
    return { contentType, ...stored }
  } catch (error) {
    body.destroy()
    throw abortedOr(error, signal)
  }
}

type Written = Omit<StoredObject, 'contentType'>

async function write(put: Put, body: Readable): Promise<Written> {
  const { blockBytes } = put.container.config
  const { byteSize = 0 } = put.options
  if (byteSize > blockBytes && byteSize <= MAX_PUT_BYTES) {
    return putStream(put, byteSize, cut(put, body, STREAMED_PART_BYTES))
  }
  const parts = cut(put, body, blockBytes)
  const { value: first } = await parts.next()
  if (first === undefined || first.isLast) return putWhole(put, first?.bytes ?? Buffer.alloc(0))
  // Not awaited here, because that would hold the first part in memory until the last is sent.
  return putBlocks(put, startingWith([first], parts))
}

function cut({ key, options }: Put, body: Readable, partBytes: number): AsyncGenerator<BodyPart, void> {
  const { byteSize, checksumSha256, disposeChunks = false } = options
  return cutBody(body, { key, partBytes, disposeChunks, byteSize, checksumSha256 })
}

async function putWhole({ container, key, options }: Put, bytes: Buffer): Promise<Written> {
  const checksumSha256 = createHash('sha256').update(bytes).digest('hex')
  const settings = settingsOf(options, checksumSha256)
  const blob = blobOf(container, key)
  const { etag, lastModified = new Date() } = await attempt(
    container,
    { operation: 'put', key },
    options.signal,
    (abortSignal) =>
      blob.upload(bytes, bytes.byteLength, {
        ...settings,
        // The service compares it with the bytes that arrived.
        blobHTTPHeaders: { ...settings.blobHTTPHeaders, blobContentMD5: md5Of(bytes) },
        abortSignal,
      }),
  )
  return { byteSize: bytes.byteLength, etag: readEtag(key, etag), checksumSha256, lastModified }
}

/** Streams a body of known length. It cannot be sent again, so the request is sent once. */
async function putStream(put: Put, byteSize: number, parts: AsyncIterable<BodyPart>): Promise<Written> {
  const { container, key, options } = put
  const { signal, checksumSha256 } = options
  const blob = container.onceClient.getBlockBlobClient(nameOf(container, key))
  const failure: { error?: unknown } = {}
  let sent = Readable.from([])
  try {
    const { etag, lastModified = new Date() } = await attempt(
      container,
      { operation: 'put', key },
      signal,
      (abortSignal, clock) => {
        sent = Readable.from(timed(parts, clock, failure), { objectMode: false, highWaterMark: 1 })
        // The client listens only while it sends; afterwards nobody needs the error.
        sent.on('error', () => {})
        return blob.upload(() => sent, byteSize, { ...settingsOf(options, checksumSha256), abortSignal })
      },
    )
    const known = checksumSha256 === undefined ? {} : { checksumSha256 }
    return { byteSize, etag: readEtag(key, etag), ...known, lastModified }
  } catch (error) {
    sent.destroy()
    throw 'error' in failure ? failure.error : error
  }
}

/** The bytes of the parts. The clock runs only while the service has something to do. */
async function* timed(
  parts: AsyncIterable<BodyPart>,
  clock: CallClock,
  failure: { error?: unknown },
): AsyncGenerator<Buffer, void> {
  try {
    clock.pause()
    for await (const { bytes } of parts) {
      clock.restart()
      yield bytes
      clock.pause()
    }
    clock.restart()
  } catch (error) {
    failure.error = error
    throw error
  }
}

async function* startingWith<T>(held: T[], rest: AsyncIterable<T>): AsyncGenerator<T, void> {
  yield* held.splice(0)
  yield* rest
}
