import { knownStorage, replaceKnownStorage } from '../kernel/known-storages.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { runOperation } from './run-operation.ts'
import { storagesIn } from './scope.ts'

/** What {@link initStorage} did. */
export interface InitStorageReport {
  readonly storage: string
  /** What tells it from every other from now on; `null`: its address does, and there was nothing to do. */
  readonly identity: string | null
  /** Whether it was another before, or none. */
  readonly isNew: boolean
}

/**
 * Takes what is at a storage's address now for that storage, whatever was there before: for an operator who has moved,
 * emptied or exchanged it on purpose. Makes the root directory of a local storage when there is none, and deletes
 * nothing. Processes that know the storage that was there before refuse to use it until they are started again. Safe to
 * repeat. `invalid_input` for an unknown storage.
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
