import { createHash } from 'node:crypto'
import { type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { RindleError, type StoredObject } from '@rindle/core'
import type { ByteRange, PutOptions } from '@rindle/core/adapter'

/** One object of a memory storage. */
export interface MemoryObject {
  readonly bytes: Buffer<ArrayBuffer>
  readonly stored: StoredObject
}

/** The objects of one memory storage. Keys are taken as they are. */
export interface MemoryObjects {
  write(key: string, bytes: Buffer<ArrayBuffer>, contentType: string): StoredObject
  find(key: string): MemoryObject | undefined
  /** The object; else `storage_object_missing`, or `storage_precondition_failed` if its etag is another. */
  require(key: string, ifMatch: string | undefined): MemoryObject
  remove(key: string): void
  /** In ascending order. */
  keys(): readonly string[]
}

/** No objects yet. */
export function memoryObjects(now: () => Date): MemoryObjects {
  const objects = new Map<string, MemoryObject>()
  return {
    write(key, bytes, contentType) {
      const checksumSha256 = sha256(bytes)
      const stored = {
        byteSize: bytes.byteLength,
        contentType,
        etag: checksumSha256,
        checksumSha256,
        lastModified: now(),
      }
      objects.set(key, { bytes, stored })
      return stored
    },
    find: (key) => objects.get(key),
    require(key, ifMatch) {
      const object = objects.get(key)
      if (object === undefined) throw fault('storage_object_missing', key, 'does not exist')
      if (ifMatch === undefined || object.stored.etag === ifMatch) return object
      throw fault('storage_precondition_failed', key, 'was replaced since its etag was read')
    },
    remove: (key) => void objects.delete(key),
    // Keys are ASCII, so this order is that of their bytes.
    keys: () => [...objects.keys()].toSorted((left, right) => (left < right ? -1 : 1)),
  }
}

/** Reads a body to its end, as `put` must: `checksum_mismatch`, the body's own error, or the reason of the signal. */
export async function collectBody(
  key: string,
  body: Readable,
  { byteSize, checksumSha256, signal }: PutOptions,
): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  let length = 0
  const sink = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      length += chunk.byteLength
      // A copy: the sender may use its buffer again.
      chunks.push(Buffer.from(chunk))
      const isLonger = byteSize !== undefined && length > byteSize
      callback(isLonger ? fault('checksum_mismatch', key, 'is longer than declared') : null)
    },
  })
  try {
    await pipeline(body, sink, { signal })
  } catch (error) {
    throw signal?.aborted ? signal.reason : error
  }
  const bytes = Buffer.concat(chunks)
  if (!isAsDeclared(bytes, { byteSize, checksumSha256 })) {
    throw fault('checksum_mismatch', key, 'differs from the declared length or SHA-256')
  }
  return bytes
}

/** Whether bytes have the declared length and SHA-256, if any. */
export function isAsDeclared(
  bytes: Uint8Array,
  declared: { readonly byteSize?: number | undefined; readonly checksumSha256?: string | undefined },
): boolean {
  if (declared.byteSize !== undefined && declared.byteSize !== bytes.byteLength) return false
  return declared.checksumSha256 === undefined || declared.checksumSha256 === sha256(bytes)
}

/** The bytes of a range: clipped, perhaps none; `invalid_input` for an invalid range. */
export function sliceOf(bytes: Buffer<ArrayBuffer>, range: ByteRange): Buffer<ArrayBuffer> {
  const { start, end = Number.MAX_SAFE_INTEGER } = range
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end
  if (isRange) return Buffer.from(bytes.subarray(start, end + 1))
  throw new RindleError('invalid_input', `The range ${range.start} to ${range.end} is not valid: 0 ≤ start ≤ end.`)
}

function fault(
  code: 'storage_object_missing' | 'storage_precondition_failed' | 'checksum_mismatch',
  key: string,
  problem: string,
): RindleError {
  return new RindleError(code, `Memory storage: the object "${key}" ${problem}.`, { details: { key } })
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
