import { isAbsolute } from 'node:path'
import { RindleError } from '../../domain/errors.ts'
import { isKey, isManagedKey, readableKey } from '../../domain/keys.ts'
import { requireCapability } from '../../kernel/require-capability.ts'
import { profileOf, type Runtime, storageOf } from '../../kernel/runtime.ts'
import type { AdoptOptions, AdoptSource } from './adopt-options.ts'

/** A place may be called anything that a row and a message can hold. */
const MAX_NAME_BYTES = 4_096

/** Refuses a source or options that do not fit together: `invalid_input`, `capability_unsupported`. */
export function assertAdoptable(
  runtime: Runtime,
  profileName: string,
  source: AdoptSource,
  options: AdoptOptions,
): void {
  const { mode = 'copy', takeOwnership = false, createdAt } = options
  if (createdAt !== undefined && !(createdAt.getTime() <= runtime.now().getTime())) {
    throw invalid('createdAt must be a date that is not in the future.')
  }
  if (takeOwnership && mode === 'copy') {
    throw invalid("takeOwnership needs mode: 'in_place'. A copy always belongs to Rindle.")
  }
  if (mode === 'in_place' && profileOf(runtime, profileName).originals.metadata !== 'keep') {
    throw invalid(`The profile "${profileName}" removes metadata, but an object in place must not change. Copy it.`)
  }
  if (source.path !== undefined) return assertFile(source, mode)
  if (!Object.hasOwn(runtime.storages, source.storage)) {
    const known = Object.keys(runtime.storages).join(', ')
    throw invalid(`There is no storage "${source.storage}". Configured storages: ${known}.`)
  }
  readableKey(source.key)
  if (!isKey(source.key)) requireCapability(storageOf(runtime, source.storage), 'foreign_keys', 'upload')
  if (mode === 'in_place' && isManagedKey(source.key)) {
    throw invalid(`The key "${source.key}" has the form of Rindle's own keys, which maintenance may delete. Copy it.`)
  }
}

function assertFile({ storage, key, path }: AdoptSource, mode: string): void {
  if (path === undefined || !isAbsolute(path)) throw invalid('The path of a file to adopt must be absolute.')
  if (mode === 'in_place')
    throw invalid('A file given by its path cannot stay in place. Configure its directory as a storage.')
  for (const [what, name] of Object.entries({ storage, key })) {
    if (name !== '' && !name.includes('\0') && Buffer.byteLength(name) <= MAX_NAME_BYTES) continue
    throw invalid(`The ${what} of a file to adopt must be a string of 1 to ${MAX_NAME_BYTES} bytes.`)
  }
}

function invalid(message: string): RindleError {
  return new RindleError('invalid_input', message)
}
