import { rm, writeFile } from 'node:fs/promises'
import { addAbortSignal, Readable } from 'node:stream'
import { RindleError, type StorageAdapter } from '@rindle/core'
import { normalizeKey } from '@rindle/core/adapter'
import { type MemoryObjects, sliceOf } from './memory-objects.ts'

/** The reading half of a memory storage. */
export function memoryReading(objects: MemoryObjects): Pick<StorageAdapter, 'get' | 'download' | 'head' | 'list'> {
  return {
    async get(key, { range = { start: 0 }, ifMatch, signal } = {}) {
      signal?.throwIfAborted()
      const { bytes, stored } = objects.require(normalizeKey(key), ifMatch)
      const body = Readable.from([sliceOf(bytes, range)], { objectMode: false })
      return { ...stored, body: signal === undefined ? body : addAbortSignal(signal, body) }
    },
    async download(key, path, { ifMatch, signal } = {}) {
      signal?.throwIfAborted()
      const { bytes, stored } = objects.require(normalizeKey(key), ifMatch)
      await writeNewFile(path, bytes)
      return stored
    },
    async head(key, { signal } = {}) {
      signal?.throwIfAborted()
      return objects.find(normalizeKey(key))?.stored
    },
    async *list(prefix, { limit = Number.POSITIVE_INFINITY, signal } = {}) {
      if (limit !== Number.POSITIVE_INFINITY && (!Number.isSafeInteger(limit) || limit < 1)) {
        throw new RindleError('invalid_input', `The limit of a list is a positive integer, not ${limit}.`)
      }
      signal?.throwIfAborted()
      const keys = objects.keys().filter((key) => key.startsWith(prefix))
      for (const key of keys.slice(0, limit)) {
        signal?.throwIfAborted()
        const stored = objects.find(key)?.stored
        if (stored !== undefined) yield { key, byteSize: stored.byteSize, lastModified: stored.lastModified }
      }
    },
  }
}

async function writeNewFile(path: string, bytes: Buffer): Promise<void> {
  try {
    await writeFile(path, bytes, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (isRefusalToCreate(error)) {
      throw new RindleError('invalid_input', 'A download needs a new file in an existing directory.', {
        cause: error,
      })
    }
    await rm(path, { force: true })
    throw error
  }
}

function isRefusalToCreate(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EEXIST' || code === 'ENOENT' || code === 'ENOTDIR'
}
