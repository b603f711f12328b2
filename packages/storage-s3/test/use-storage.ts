import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import type { StorageAdapter, StoredObject } from '@rindle/core'

const CHUNK_BYTES = 65_536

export function putText(storage: StorageAdapter, key: string, content: string): Promise<StoredObject> {
  return storage.put(key, Readable.from([content]), { contentType: 'text/plain' })
}

export function putBytes(storage: StorageAdapter, key: string, bytes: Uint8Array): Promise<StoredObject> {
  return storage.put(key, Readable.from([bytes]), { contentType: 'text/plain' })
}

export async function readText(storage: StorageAdapter, key: string): Promise<string> {
  return text((await storage.get(key)).body)
}

export async function readBytes(storage: StorageAdapter, key: string): Promise<Buffer> {
  return buffer((await storage.get(key)).body)
}

export async function keysOf(storage: StorageAdapter, prefix: string): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of storage.list(prefix)) keys.push(key)
  return keys
}

/** A body in chunks, as a request delivers it. */
export function bodyOf(bytes: Uint8Array): Readable {
  const chunks = function* (): Generator<Buffer> {
    for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
      yield Buffer.from(bytes.subarray(start, start + CHUNK_BYTES))
    }
  }
  return Readable.from(chunks(), { objectMode: false })
}
