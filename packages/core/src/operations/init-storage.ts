import { knownStorage, replaceKnownStorage } from '../kernel/known-storages.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { runOperation } from './run-operation.ts'
import { storagesIn } from './scope.ts'

/** The results of {@link initStorage}. */
export interface InitStorageReport {
  readonly storage: string
  /**
   * The identity that tells it from any other from now on; `null`: its address is enough, and there was nothing to do.
   */
  readonly identity: string | null
  /** Whether the identity was another before, or none. */
  readonly isNew: boolean
}

/**
 * Accepts the storage at a storage's present address as the right one, whatever was there before: for an operator who
 * has moved, emptied or replaced it on purpose. Makes the root directory of a local storage when there is none, and
 * deletes nothing. Processes that know the previous storage refuse the new one until they restart. Safe to repeat.
 * `invalid_input` for an unknown storage.
 */
export async function initStorage(runtime: Runtime, storage: string): Promise<InitStorageReport> {
  return runOperation(runtime, { operation: 'init_storage', scope: 'storage', dry_run: false }, async () => {
    storagesIn(runtime, storage)
    const identity = (await storageOf(runtime, storage).start(null)) ?? null
    if (identity === null) return { storage, identity, isNew: false }
    const known = await knownStorage(runtime.database, storage)
    await replaceKnownStorage(runtime.database, storage, identity)
    return { storage, identity, isNew: identity !== known.identity }
  })
}
