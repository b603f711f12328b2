import type { Asset } from '../../domain/entities.ts'
import { sanitizeFilename } from '../../domain/filename.ts'
import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import { tryToDiscard } from '../proxied/register.ts'
import { foreseeQuota } from '../reserve-quota.ts'
import { storageFor } from '../upload-origin.ts'
import type { Adoption, AdoptOptionsWithPlace, AdoptSource } from './adopt-options.ts'
import { adoptedAsset, adoptedByAnother } from './adopted-asset.ts'
import type { AdoptedBytes } from './adopted-bytes.ts'
import { assertAdoptable } from './assert-adoptable.ts'
import { expectedChecksum } from './expected-checksum.ts'
import { registerAdopted } from './register-adopted.ts'
import { streamIn } from './stream-in.ts'
import { type AdoptedFile, copyWithin, takeInPlace } from './within-store.ts'

/**
 * Makes an asset of an object that lies in a storage already. It passes the same gate as an upload: its head is judged
 * now, and its promotion is enqueued together with its rows and its attachments. Within one storage the storage itself
 * copies; otherwise the bytes stream through this process.
 *
 * One object is adopted once: every further call for the same storage and key returns the asset of the first, and
 * attaches nothing. A slot of one that holds a newer asset (by `createdAt`) keeps it. A killed call leaves at most a
 * copy, which `scanOrphans` finds.
 */
export async function adopt<P extends string>(
  runtime: Runtime,
  profileName: P,
  source: AdoptSource,
  options: AdoptOptionsWithPlace = {},
): Promise<Adoption<P>> {
  storageFor(runtime, profileName, options)
  assertAdoptable(runtime, profileName, source, options)
  const earlier = await adoptedAsset(runtime, profileName, source, options)
  if (earlier !== null) return { asset: earlier, isNew: false }
  await foreseeQuota(runtime, { ...options, profile: profileName, byteSize: 0 })
  const bytes = await bytesOf(runtime, profileName, source, options)
  const discardCopy = async (cause: unknown = null): Promise<void> => {
    if (!bytes.isInPlace) await tryToDiscard(runtime, bytes, cause)
  }
  let asset: Asset | null
  try {
    asset = await registerAdopted(runtime, source, bytes, options)
  } catch (error) {
    await discardCopy(error)
    throw error
  }
  if (asset !== null) return { asset: asset as Asset<P>, isNew: true }
  await discardCopy()
  return { asset: await adoptedByAnother(runtime, profileName, source, options), isNew: false }
}

async function bytesOf(
  runtime: Runtime,
  profile: string,
  source: AdoptSource,
  options: AdoptOptionsWithPlace,
): Promise<AdoptedBytes> {
  const filename = sanitizeFilename(options.filename ?? source.key)
  const file: AdoptedFile = { ...options, filename, expected: expectedChecksum(options) }
  if (options.mode === 'in_place') return takeInPlace(runtime, profile, source, file)
  return canCopyWithin(runtime, profile, source, options)
    ? copyWithin(runtime, profile, source, file)
    : streamIn(runtime, profile, source, file)
}

function canCopyWithin(
  runtime: Runtime,
  profile: string,
  { storage, path }: AdoptSource,
  options: AdoptOptionsWithPlace,
): boolean {
  const isSameStorage = path === undefined && storageFor(runtime, profile, options) === storage
  return isSameStorage && storageOf(runtime, storage).capabilities.has('server_side_copy')
}
