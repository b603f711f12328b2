import { noteOriginalDamage, noteOriginalWhole, type OriginalDamage } from '../../assets/original-damage.ts'
import { fileSha256, sha256Of } from '../../assets/sha256.ts'
import type { Asset } from '../../domain/entities.ts'
import { isRindleError, RindleError } from '../../domain/errors.ts'
import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import type { AcquiredSource } from '../../kernel/source-cache.ts'
import type { SourceFile } from '../../ports/processor.ts'

/**
 * The original of a deliverable asset as a file. One that is gone, or holds other bytes than those that were verified,
 * is noted on its asset and thrown: `original_missing`, `original_damaged`. One that was damaged before is read whole
 * first, and its asset is healed when it is right again.
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
    // The same bytes under another etag: somebody has restored the object.
    const etag = await assertStoredWhole(runtime, asset, signal)
    return await runtime.sources.acquire(await takeEtag(runtime, asset, etag), signal)
  }
}

/**
 * To be asked when work on a copy of an original has failed, for only of whole bytes does that say anything. Throws
 * what is wrong with the stored original, and notes it on its asset: `original_missing`, `original_damaged`. A copy that
 * differs though the original is whole is forgotten, and the work is to be tried again: `storage_unavailable`.
 */
export async function assertWhole(
  runtime: Runtime,
  asset: Asset,
  copy: SourceFile,
  signal: AbortSignal,
): Promise<void> {
  if (asset.checksumSha256 === null || (await checksumOf(copy, signal)) === asset.checksumSha256) return
  await assertStoredWhole(runtime, asset, signal)
  throw await copyDamaged(runtime, asset)
}

/** Forgets the copy of an original on this machine, which differs from it. */
async function copyDamaged(runtime: Runtime, asset: Asset): Promise<RindleError> {
  await runtime.sources.forget(asset)
  const message = `The copy of the original of asset ${asset.id} on this machine was damaged; it is fetched again.`
  return new RindleError('storage_unavailable', message)
}

/** Reads the stored original as a whole. Returns its etag, or throws what is wrong with it and notes that on its asset. */
async function assertStoredWhole(runtime: Runtime, asset: Asset, signal: AbortSignal): Promise<string> {
  const found = await readStored(runtime, asset, signal)
  if (found !== null && (asset.checksumSha256 === null || found.checksum === asset.checksumSha256)) return found.etag
  const reason: OriginalDamage = found === null ? 'original_missing' : 'original_damaged'
  const what = found === null ? 'is gone' : 'holds other bytes than those that were verified'
  const message = `The original of asset ${asset.id} ${what} in storage "${asset.storage}". Restore it from a backup.`
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
async function checksumOf({ path }: SourceFile, signal: AbortSignal): Promise<string | null> {
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
