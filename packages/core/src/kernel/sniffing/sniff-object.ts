import { buffer } from 'node:stream/consumers'
import type { StorageAdapter, StoredObject } from '../../ports/storage.ts'
import { SNIFF_BYTES, sniff } from './sniff.ts'

/** A stored object, and its sniffed type. */
export interface SniffedObject {
  readonly object: StoredObject
  readonly sniffedType: string | undefined
}

/**
 * Reads the beginning of a stored object, and later ranges as needed, all of one etag: `ifMatch` or the first one that
 * it meets. `storage_object_missing`, `storage_precondition_failed`.
 */
export async function sniffObject(
  storage: StorageAdapter,
  key: string,
  { ifMatch, signal }: { readonly ifMatch?: string; readonly signal: AbortSignal },
): Promise<SniffedObject> {
  const range = { start: 0, end: SNIFF_BYTES - 1 }
  const { body, ...object } = await storage.get(key, { range, signal, ...(ifMatch === undefined ? {} : { ifMatch }) })
  const head = await buffer(body)
  const sniffedType = await sniff(async (start, end) => {
    if (start === 0 && end === SNIFF_BYTES) return head
    const more = await storage.get(key, { range: { start, end: end - 1 }, signal, ifMatch: object.etag })
    return buffer(more.body)
  })
  return { object, sniffedType }
}
