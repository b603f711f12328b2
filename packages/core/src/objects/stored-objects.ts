import { normalizeKey } from '../domain/keys.ts'
import { requireCapability } from '../kernel/require-capability.ts'
import { profileOf, type Runtime, storageOf } from '../kernel/runtime.ts'
import type { ConditionalOptions, StorageAdapter, StorageCallOptions, StoredObject } from '../ports/storage.ts'
import { assertUnownedKey } from './own-key.ts'

/**
 * Writes the object under a key of the profile's storage to a file that must not exist yet. Keys of assets are allowed,
 * because nothing is changed. `storage_object_missing`, `invalid_input`, `storage_precondition_failed`,
 * `storage_key_invalid`; no file is left then.
 */
export async function downloadObject(
  runtime: Runtime,
  profileName: string,
  key: string,
  path: string,
  options?: ConditionalOptions,
): Promise<StoredObject> {
  return storageOfProfile(runtime, profileName).download(normalizeKey(key), path, options)
}

/** Returns the storage's facts about the object under a key, or `undefined`. `capability_unsupported`. */
export async function headObject(
  runtime: Runtime,
  profileName: string,
  key: string,
  options?: StorageCallOptions,
): Promise<StoredObject | undefined> {
  const storage = storageOfProfile(runtime, profileName)
  requireCapability(storage, 'head', 'delivery')
  return storage.head(normalizeKey(key), options)
}

/**
 * Deletes the application's own file; success when it is gone. `conflict` for a key of Rindle's or of a row,
 * `storage_key_invalid`.
 */
export async function deleteObject(
  runtime: Runtime,
  profileName: string,
  key: string,
  options?: StorageCallOptions,
): Promise<void> {
  const storage = storageOfProfile(runtime, profileName)
  await assertUnownedKey(runtime, key)
  await storage.delete(key, options)
}

function storageOfProfile(runtime: Runtime, profileName: string): StorageAdapter {
  return storageOf(runtime, profileOf(runtime, profileName).storage)
}
