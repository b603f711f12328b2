import type { Asset } from '../domain/entities.ts'
import { isRindleError, RindleError } from '../domain/errors.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import type { AcquiredSource } from '../kernel/source-cache.ts'
import { acquireOriginal } from '../variants/making/original.ts'
import { lacksPlaceholder, pictureForPlaceholder, thumbHashOf, writeThumbHash } from '../variants/making/placeholder.ts'
import { readyVariantsFor } from '../variants/read.ts'

/** An asset in progress is always finished. */
const NEVER = new AbortController().signal

/**
 * Makes the placeholder of an asset that lacks it: of its smallest ready picture, or of the original of an image that
 * has none. Returns whether it did, or, with `dryRun`, whether it would. Rejects when the picture cannot be read.
 */
export async function backfillPlaceholder(runtime: Runtime, asset: Asset, dryRun: boolean): Promise<boolean> {
  const profile = profileOf(runtime, asset.profile)
  if (!lacksPlaceholder(asset, profile)) return false
  await using picture = await acquirePicture(runtime, asset)
  if (picture === null) return false
  const hash = await thumbHashOf(runtime, profile, picture.file, NEVER)
  if (hash === null) return false
  return dryRun || (await writeThumbHash(runtime, asset, hash))
}

async function acquirePicture(runtime: Runtime, asset: Asset): Promise<AcquiredSource | null> {
  const variant = pictureForPlaceholder(runtime, asset, await readyVariantsFor(runtime, asset))
  if (variant === undefined || variant.storageKey === null) {
    return asset.kind === 'image' ? acquireOriginal(runtime, asset, NEVER) : null
  }
  const { storageKey, contentType } = variant
  try {
    return await runtime.sources.acquire({ ...asset, storageKey, contentType, etag: null }, NEVER)
  } catch (error) {
    if (!isRindleError(error, 'storage_object_missing')) throw error
    const message = `The object of variant "${variant.name}" of asset ${asset.id} is gone. \`rindle verify-storage\` has it made again.`
    throw new RindleError('storage_object_missing', message, { cause: error })
  }
}
