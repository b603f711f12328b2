import { noteOriginalDamage, noteOriginalWhole, type OriginalDamage } from '../../assets/original-damage.ts'
import { fileSha256, sha256Of } from '../../assets/sha256.ts'
import type { Asset } from '../../domain/entities.ts'
import { isRindleError, RindleError } from '../../domain/errors.ts'
import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import type { AcquiredSource } from '../../kernel/source-cache.ts'
import type { SourceFile } from '../../ports/processor.ts'

/**
 * Fetches the original of a deliverable asset as a file. A missing or changed original is noted on its asset and
 * thrown: `original_missing`, `original_damaged`. A previously damaged one is read whole first; if it is intact again,
 * its asset is healed.
 */
export async function acquireOriginal(runtime: Runtime, asset: Asset, signal: AbortSignal): Promise<AcquiredSource> {
  if (asset.originalDamagedAt !== null) {
    await assertStoredWhole(runtime, asset, signal)
    await noteOriginalWhole(runtime.database, asset)
  }
  const source = await acquireStored(runtime, asset, signal)
  if (asset.byteSize === null || source.file.byteSize === asset.byteSize) return source
  await using _unwanted = source
  await assertStoredWhole(runtime, asset, signal)
  throw await copyDamaged(runtime, asset)
}

async function acquireStored(runtime: Runtime, asset: Asset, signal: AbortSignal): Promise<AcquiredSource> {
  try {
    return await runtime.sources.acquire(asset, signal)
  } catch (error) {
    if (!isOtherObject(error)) throw error
    // The same bytes under another etag: an operator has restored the object.
    const etag = await assertStoredWhole(runtime, asset, signal)
    return await runtime.sources.acquire(await takeEtag(runtime, asset, etag), signal)
  }
}

/**
 * Checks the original after work on a copy of it has failed, because only intact bytes prove anything. If the stored
 * original is damaged, notes that on its asset and throws `original_missing` or `original_damaged`. If only the copy
 * differs, forgets the copy and throws `storage_unavailable`, so that the work is retried.
 */
export async function assertWhole(
  runtime: Runtime,
  asset: Asset,
  copy: SourceFile,
  signal: AbortSignal,
): Promise<void> {
  if (asset.checksumSha256 === null || (await copyChecksum(copy, signal)) === asset.checksumSha256) return
  await assertStoredWhole(runtime, asset, signal)
  throw await copyDamaged(runtime, asset)
}

/** Forgets this machine's copy of an original, which differs from it. */
async function copyDamaged(runtime: Runtime, asset: Asset): Promise<RindleError> {
  await runtime.sources.forget(asset)
  const message = `This machine's copy of the original of asset ${asset.id} was damaged; it is downloaded again.`
  return new RindleError('storage_unavailable', message)
}

/** Reads the whole stored original. Returns its etag, or notes the damage on its asset and throws. */
async function assertStoredWhole(runtime: Runtime, asset: Asset, signal: AbortSignal): Promise<string> {
  const found = await readStored(runtime, asset, signal)
  if (found !== null && (asset.checksumSha256 === null || found.checksum === asset.checksumSha256)) return found.etag
  const reason: OriginalDamage = found === null ? 'original_missing' : 'original_damaged'
  const what = found === null ? 'is gone' : 'differs from the verified bytes'
  const message = `The original of asset ${asset.id} in storage "${asset.storage}" ${what}. Restore it from a backup.`
  const isNews = await noteOriginalDamage(runtime.database, asset, reason, message)
  if (isNews) runtime.logger.error({ assetId: asset.id, code: reason }, message)
  throw new RindleError(reason, message)
}

/** `null`: the storage has no such object. */
async function readStored(
  runtime: Runtime,
  { storage, storageKey }: Asset,
  signal: AbortSignal,
): Promise<{ readonly checksum: string; readonly etag: string } | null> {
  try {
    const { body, etag } = await storageOf(runtime, storage).get(storageKey, { signal })
    return { checksum: await sha256Of(body, signal), etag }
  } catch (error) {
    if (!isRindleError(error, 'storage_object_missing')) throw error
    return null
  }
}

/** `null`: the copy cannot be read. */
async function copyChecksum({ path }: SourceFile, signal: AbortSignal): Promise<string | null> {
  try {
    return await fileSha256(path, signal)
  } catch (error) {
    if (signal.aborted) throw error
    return null
  }
}

function isOtherObject(error: unknown): boolean {
  return isRindleError(error, 'storage_object_missing') || isRindleError(error, 'storage_precondition_failed')
}

async function takeEtag(runtime: Runtime, asset: Asset, etag: string): Promise<Asset> {
  await runtime.database.executeSql(
    `update rindle.media_assets set etag = $3::text, updated_at = now() where id = $1::uuid and storage_key = $2::text`,
    [asset.id, asset.storageKey, etag],
  )
  return { ...asset, etag }
}
