import { rm } from 'node:fs/promises'
import { addAbortSignal, Readable } from 'node:stream'
import type { StorageAdapter } from '@rindle/core'
import { assertListLimit, isKey, openDownloadFile, readableKey } from '@rindle/core/adapter'
import { type MemoryObjects, sliceOf } from './memory-objects.ts'

/** The reading half of a memory storage. */
export function memoryReading(objects: MemoryObjects): Pick<StorageAdapter, 'get' | 'download' | 'head' | 'list'> {
  return {
    async get(key, { range = { start: 0 }, ifMatch, signal } = {}) {
      signal?.throwIfAborted()
      const { bytes, stored } = objects.require(readableKey(key), ifMatch)
      const body = Readable.from([sliceOf(bytes, range)], { objectMode: false })
      return { ...stored, body: signal === undefined ? body : addAbortSignal(signal, body) }
    },
    async download(key, path, { ifMatch, signal } = {}) {
      signal?.throwIfAborted()
      const { bytes, stored } = objects.require(readableKey(key), ifMatch)
      await writeNewFile(path, bytes)
      return stored
    },
    async head(key, { signal } = {}) {
      signal?.throwIfAborted()
      return objects.find(readableKey(key))?.stored
    },
    async *list(prefix, { limit = Number.POSITIVE_INFINITY, signal, foreign = false } = {}) {
      assertListLimit(limit)
      signal?.throwIfAborted()
      const keys = objects.keys().filter((key) => key.startsWith(prefix) && (foreign || isKey(key)))
      for (const key of keys.slice(0, limit)) {
        signal?.throwIfAborted()
        const stored = objects.find(key)?.stored
        if (stored !== undefined) yield { key, byteSize: stored.byteSize, lastModified: stored.lastModified }
      }
    },
  }
}

async function writeNewFile(path: string, bytes: Buffer): Promise<void> {
  const file = await openDownloadFile(path)
  try {
    await file.writeFile(bytes)
    await file.close()
  } catch (error) {
    await file.close()
    await rm(path, { force: true })
    throw error
  }
}
