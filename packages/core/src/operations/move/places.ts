import { Readable } from 'node:stream'
import { RindleError } from '../../domain/errors.ts'
import { requireCapability } from '../../kernel/require-capability.ts'
import { profileOf, type Runtime, storageOf } from '../../kernel/runtime.ts'
import type { StorageAdapter } from '../../ports/storage.ts'

/** Throws `capability_unsupported` if the files of a profile could not be delivered from a storage. */
export function assertDelivers(runtime: Runtime, storage: string, profiles: readonly string[]): void {
  for (const name of profiles) {
    const isPublic = profileOf(runtime, name).delivery.public
    requireCapability(storageOf(runtime, storage), isPublic ? 'public_url' : 'signed_url', 'delivery')
  }
}

/**
 * Throws `invalid_input` if two storages are one place: the copies would be the sources, and would be deleted with them.
 * Two storages of kinds that do not tell their place are tried with a test object, unless it is a dry run.
 */
export async function assertTwoPlaces(
  runtime: Runtime,
  names: { readonly from: string; readonly to: string },
  isDryRun: boolean,
): Promise<void> {
  const from = storageOf(runtime, names.from)
  const to = storageOf(runtime, names.to)
  if (!(await areOnePlace(runtime, from, to, isDryRun))) return
  throw new RindleError(
    'invalid_input',
    `The storages "${names.from}" and "${names.to}" are the same place, so there is nothing to move. Give each its own.`,
  )
}

async function areOnePlace(
  runtime: Runtime,
  from: StorageAdapter,
  to: StorageAdapter,
  isDryRun: boolean,
): Promise<boolean> {
  if (from.place !== undefined && to.place !== undefined) {
    const ofOne = [from.place.store, from.place.container, from.place.prefix]
    return ofOne.join('\n') === [to.place.store, to.place.container, to.place.prefix].join('\n')
  }
  if (isDryRun) return false
  const key = `staging/move/${runtime.randomText()}.txt`
  await to.put(key, Readable.from(['Rindle: is this the same storage?\n']), { contentType: 'text/plain' })
  try {
    return (await from.head(key)) !== undefined
  } finally {
    await to.delete(key)
  }
}
