import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { StorageAdapter, StoredObject } from '@rindle/core'

const CHUNK_BYTES = 64 * 1024

/** `byteSize` bytes that differ from place to place, and from seed to seed. */
export function patternBytes(byteSize: number, seed = 0): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(byteSize)
  // 251 is prime: no power-of-two offset maps the pattern onto itself.
  for (let index = 0; index < byteSize; index++) bytes[index] = (index + seed * 31 + (index >> 8) * 7) % 251
  return bytes
}

/** A body of these bytes in chunks, as a request delivers them. */
export function bodyOf(bytes: Uint8Array): Readable {
  return Readable.from(chunksOf(bytes), { objectMode: false })
}

/** Pieces of these bytes, of many sizes, each with its own memory. */
export function separateChunks(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let start = 0; start < bytes.byteLength; start += chunks.at(-1)?.byteLength ?? 0) {
    chunks.push(Uint8Array.from(bytes.subarray(start, start + 1 + chunks.length * CHUNK_BYTES)))
  }
  return chunks
}

/** Puts bytes as `text/plain`, the type of the extension `.txt` of the suite's keys. */
export function putBytes(adapter: StorageAdapter, key: string, bytes: Uint8Array): Promise<StoredObject> {
  return adapter.put(key, bodyOf(bytes), { contentType: 'text/plain' })
}

/** The bytes under a key. */
export async function readBytes(adapter: StorageAdapter, key: string): Promise<Buffer> {
  return buffer((await adapter.get(key)).body)
}

function* chunksOf(bytes: Uint8Array): Generator<Buffer> {
  for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
    yield Buffer.from(bytes.subarray(start, start + CHUNK_BYTES))
  }
}
