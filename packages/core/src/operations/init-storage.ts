import { knownStorage, replaceKnownStorage } from '../kernel/known-storages.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { runOperation } from './run-operation.ts'
import { storagesIn } from './scope.ts'

/** Options of {@link initStorage}. */
export interface InitStorageOptions {
  /** Looks what is there, and changes nothing. @default false */
  readonly dryRun?: boolean
}

/** What {@link initStorage} did, or found. */
export interface InitStorageReport {
  readonly storage: string
  /**
   * What tells it from every other from now on; `null`: its address does, and there was nothing to do, or, of a dry run
   * that finds it to be new, nothing yet.
   */
  readonly identity: string | null
  /** Whether the identity was another before, or none. */
  readonly isNew: boolean
  readonly dryRun: boolean
}

/**
 * Takes what is at a storage's address now for that storage, whatever was there before: for an operator who has moved,
 * emptied or exchanged it on purpose. Makes the root directory of a local storage when there is none, and deletes
 * nothing. Processes that know the storage that was there before refuse to use it until they are started again. Safe to
 * repeat. With `dryRun` it only looks. `invalid_input` for an unknown storage.
 */
export async function initStorage(
  runtime: Runtime,
  storage: string,
  { dryRun = false }: InitStorageOptions = {},
): Promise<InitStorageReport> {
  return runOperation(runtime, { operation: 'init_storage', scope: 'storage', dry_run: dryRun }, async () => {
    storagesIn(runtime, storage)
    const adapter = storageOf(runtime, storage)
    const identity = dryRun ? await adapter.identify() : await adapter.start(null)
    if (identity === undefined) return { storage, identity: null, isNew: false, dryRun }
    const known = await knownStorage(runtime.database, storage)
    if (!dryRun && identity !== null) await replaceKnownStorage(runtime.database, storage, identity)
    return { storage, identity, isNew: identity === null || identity !== known.identity, dryRun }
  })
}
