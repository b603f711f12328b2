import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { RindleError, type StoredObject } from '@rindle/core'
import {
  abortedOr,
  assertByteRange,
  type ByteRange,
  declaredBytes,
  etagDiffers,
  type PutOptions,
} from '@rindle/core/adapter'

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
      const checksumSha256 = createHash('sha256').update(bytes).digest('hex')
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
      if (object === undefined) throw objectMissing(key)
      if (ifMatch === undefined || object.stored.etag === ifMatch) return object
      throw etagDiffers(key)
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
  const check = declaredBytes(key, { byteSize, checksumSha256 })
  try {
    await pipeline(
      body,
      async (arriving: AsyncIterable<Buffer>) => {
        for await (const chunk of arriving) {
          // A copy: the sender may use its buffer again.
          const bytes = Buffer.from(chunk)
          check.update(bytes)
          chunks.push(bytes)
        }
        check.finish()
      },
      { signal },
    )
  } catch (error) {
    throw abortedOr(error, signal)
  }
  return Buffer.concat(chunks)
}

/** The bytes of a range: clipped, perhaps none; `invalid_input` for an invalid range. */
export function sliceOf(bytes: Buffer<ArrayBuffer>, range: ByteRange): Buffer<ArrayBuffer> {
  assertByteRange(range)
  const { start, end = Number.MAX_SAFE_INTEGER } = range
  return Buffer.from(bytes.subarray(start, end + 1))
}

function objectMissing(key: string): RindleError {
  return new RindleError('storage_object_missing', `Memory storage holds no object "${key}".`, { details: { key } })
}
