import { counted } from '../domain/counted.ts'
import { RindleError } from '../domain/errors.ts'
import type { StorageAdapter } from '../ports/storage.ts'

/** Deletes objects of an asset; absent ones are fine. `storage_unavailable` while one of them cannot be deleted. */
export async function deleteKeys(
  storage: StorageAdapter,
  assetId: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (keys.length === 0) return
  const failures = await storage.deleteMany([...new Set(keys)], { signal })
  const [first] = failures
  if (first === undefined) return
  const what = counted(failures.length, 'object')
  throw new RindleError('storage_unavailable', `${what} of asset ${assetId} could not be deleted.`, {
    cause: first.error,
  })
}
