import type { StorageAdapter } from '@rindle/core'
import { normalizeKey, readableKey } from '@rindle/core/adapter'
import { collectBody, type MemoryObjects } from './memory-objects.ts'

/** The writing half of a memory storage. */
export function memoryWriting(objects: MemoryObjects): Pick<StorageAdapter, 'put' | 'copy' | 'delete' | 'deleteMany'> {
  const remove = async (key: string): Promise<void> => objects.remove(readableKey(key))
  return {
    async put(key, body, options) {
      // Without a listener, a body that fails before the pipeline starts would end the process; the pipeline reports
      // it.
      body.on('error', () => {})
      try {
        options.signal?.throwIfAborted()
        normalizeKey(key)
        return objects.write(key, await collectBody(key, body, options), options.contentType)
      } catch (error) {
        body.destroy()
        throw error
      }
    },
    async copy(from, to, { ifMatch, contentType, signal } = {}) {
      signal?.throwIfAborted()
      normalizeKey(to)
      const { bytes, stored } = objects.require(readableKey(from), ifMatch)
      return objects.write(to, bytes, contentType ?? stored.contentType)
    },
    async delete(key, { signal } = {}) {
      signal?.throwIfAborted()
      await remove(key)
    },
    async deleteMany(keys, { signal } = {}) {
      signal?.throwIfAborted()
      const attempts = keys.map((key) =>
        remove(key).then(
          () => undefined,
          (error: Error) => ({ key, error }),
        ),
      )
      return (await Promise.all(attempts)).filter((failure) => failure !== undefined)
    },
  }
}
