import { Readable, Transform } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { StorageCapability, StoredObject } from '@rindle/core'
import { disposeChunk, type PutOptions } from '@rindle/core/adapter'
import type { MemoryStorage } from '@rindle/testing'

/** How a broken storage differs from the good one that it is made from. */
export type Change = (good: MemoryStorage) => Partial<MemoryStorage>

/** A way to break a storage, and the case of the contract that must notice it. */
export interface Breakage {
  readonly caseName: string
  readonly how: string
  readonly breaks: Change
}

export const NO_OBJECT: StoredObject = {
  byteSize: 0,
  contentType: 'text/plain',
  etag: 'none',
  lastModified: new Date(0),
}

export function declaring(good: MemoryStorage, capability: StorageCapability): ReadonlySet<StorageCapability> {
  return new Set([...good.capabilities, capability])
}

export function notDeclaring(good: MemoryStorage, capability: StorageCapability): ReadonlySet<StorageCapability> {
  return new Set([...good.capabilities].filter((each) => each !== capability))
}

/** Puts as if an option had not been given. */
export function puttingWithout(option: keyof PutOptions): Change {
  return (good) => ({
    put: (key, body, options) => good.put(key, body, { ...options, [option]: undefined }),
  })
}

/** Puts the bytes of a body before it broke. */
export const puttingParts: Change = (good) => ({
  async put(key, body, options) {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of body) chunks.push(chunk)
    } catch (error) {
      await good.put(key, Readable.from(chunks), options)
      throw error
    }
    return good.put(key, Readable.from(chunks), options)
  },
})

/** A body of copies, whose own chunks are overwritten as they pass. */
export function spoiling(body: Readable): Readable {
  const copies = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      const copy = Buffer.from(chunk)
      disposeChunk(chunk)
      callback(null, copy)
    },
  })
  return body.pipe(copies)
}

export async function bytesAt(good: MemoryStorage, key: string): Promise<Buffer> {
  const isThere = (await good.head(key)) !== undefined
  return isThere ? buffer((await good.get(key)).body) : Buffer.alloc(0)
}
