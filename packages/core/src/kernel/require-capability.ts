import { RindleError } from '../domain/errors.ts'
import type { StorageAdapter, StorageCapability } from '../ports/storage.ts'

/** Throws `capability_unsupported` unless the storage declares the capability: nothing falls back silently. */
export function requireCapability(
  storage: StorageAdapter,
  capability: StorageCapability,
  flow: 'upload' | 'delivery' | 'maintenance',
): void {
  if (storage.capabilities.has(capability)) return
  throw new RindleError('capability_unsupported', `The ${storage.name} storage has no ${capability}.`, {
    details: { capability, adapter: storage.name, flow },
  })
}
