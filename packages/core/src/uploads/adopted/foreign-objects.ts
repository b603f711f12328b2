import { RindleError } from '../../domain/errors.ts'
import { isManagedKey } from '../../domain/keys.ts'
import { requireCapability } from '../../kernel/require-capability.ts'
import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import type { ListedObject } from '../../ports/storage.ts'

/** Options of {@link foreignObjects}. */
export interface ForeignObjectsOptions {
  /** Only keys that begin with this. @default every key */
  readonly prefix?: string
  /** Ends the list with the signal's reason. */
  readonly signal?: AbortSignal
}

/**
 * Lists the objects that lie in a storage and are none of Rindle's, in the order of their keys: candidates to adopt.
 * `invalid_input` for an unknown storage, `capability_unsupported`.
 */
export async function* foreignObjects(
  runtime: Runtime,
  storage: string,
  { prefix = '', signal }: ForeignObjectsOptions = {},
): AsyncGenerator<ListedObject> {
  if (!Object.hasOwn(runtime.storages, storage)) {
    const known = Object.keys(runtime.storages).join(', ')
    throw new RindleError('invalid_input', `There is no storage "${storage}". Configured storages: ${known}.`)
  }
  const adapter = storageOf(runtime, storage)
  requireCapability(adapter, 'list', 'upload')
  const foreign = adapter.capabilities.has('foreign_keys')
  for await (const object of adapter.list(prefix, { foreign, ...(signal === undefined ? {} : { signal }) })) {
    if (!isManagedKey(object.key)) yield object
  }
}
