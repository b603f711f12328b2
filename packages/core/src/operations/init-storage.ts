import { knownStorage, mirrorName, replaceKnownStorage } from '../kernel/known-storages.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { runOperation } from './run-operation.ts'
import { storagesIn } from './scope.ts'

/** Options of {@link initStorage}. */
export interface InitStorageOptions {
  /** Only looks, and changes nothing. @default false */
  readonly dryRun?: boolean
}

/** The result of {@link initStorage}. */
export interface InitStorageReport {
  readonly storage: string
  /**
   * The identity that tells it from every other storage from now on. `null`: its address is enough, or a dry run found it
   * to be new.
   */
  readonly identity: string | null
  /** Whether it had another identity before, or none. */
  readonly isNew: boolean
  readonly dryRun: boolean
}

/**
 * Accepts the storage that is at the address now, whatever was there before. It is for an operator who has moved, emptied
 * or replaced it on purpose. Makes the root directory of a local storage if there is none, and deletes nothing. Processes
 * that know the earlier storage refuse to use this one until they restart. Safe to repeat. With `dryRun` it only looks.
 * Its mirrors are accepted with it. `invalid_input` for an unknown storage.
 */
export async function initStorage(
  runtime: Runtime,
  storage: string,
  { dryRun = false }: InitStorageOptions = {},
): Promise<InitStorageReport> {
  return runOperation(runtime, { operation: 'init_storage', scope: 'storage', dry_run: dryRun }, async () => {
    storagesIn(runtime, storage)
    const adapter = storageOf(runtime, storage)
    if (!dryRun) await initMirrors(runtime, storage)
    const identity = dryRun ? await adapter.identify() : await adapter.start(null)
    if (identity === undefined) return { storage, identity: null, isNew: false, dryRun }
    const known = await knownStorage(runtime.database, storage)
    if (!dryRun && identity !== null) await replaceKnownStorage(runtime.database, storage, identity)
    return { storage, identity, isNew: identity === null || identity !== known.identity, dryRun }
  })
}

async function initMirrors(runtime: Runtime, storage: string): Promise<void> {
  const { mirroring } = storageOf(runtime, storage)
  for (const [index, mirror] of (mirroring?.mirrors ?? []).entries()) {
    const identity = await mirror.start(null)
    if (identity !== undefined) await replaceKnownStorage(runtime.database, mirrorName(storage, index), identity)
  }
}
