import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { ConditionalOptions, StoredObject } from '@rindle/core'
import { openDownloadFile } from '@rindle/core/adapter'
import { mapError } from './map-error.ts'
import { objectSink } from './object-sink.ts'
import type { StorageRoot } from './storage-root.ts'
import { openObject } from './stored-file.ts'

/** Writes an object to a file that must not exist yet; removes the file if it fails. */
export async function downloadObject(
  root: StorageRoot,
  key: string,
  path: string,
  { ifMatch, signal }: ConditionalOptions,
): Promise<StoredObject> {
  const { handle: source, stored } = await openObject(root, key, ifMatch)
  try {
    const target = await openDownloadFile(path)
    try {
      const sink = objectSink(target, {
        key,
        expected: { byteSize: stored.byteSize },
        disposeChunks: true,
        mapError: (error) => mapError(error, { operation: 'download', key }),
      })
      await pipeline(source.createReadStream({ autoClose: false }), sink.stream, { signal })
      await target.close()
    } catch (error) {
      await target.close()
      await rm(path, { force: true })
      throw error
    }
    return stored
  } finally {
    await source.close()
  }
}
