import { extensionFor } from '../domain/content-types.ts'
import type { Asset } from '../domain/entities.ts'
import { isRindleError } from '../domain/errors.ts'
import { isStagingKey, originalKey } from '../domain/keys.ts'
import type { RunningJob } from '../ports/jobs.ts'
import type { StoredObject } from '../ports/storage.ts'
import { transitionAsset } from '../rows/asset-transition.ts'
import { profileOf, type Runtime, storageOf } from '../runtime.ts'
import { inTransaction } from '../unit-of-work.ts'
import { applyAggregate, variantsOf } from '../variants/aggregate.ts'
import { plannedVariants, planVariants } from '../variants/plan.ts'
import { Rejection } from './rejection.ts'

/**
 * `promoting` → `available`: the verified bytes get their permanent key, then the asset, its variants and their jobs
 * change in one transaction. The staging object is deleted afterwards.
 */
export async function makeAvailable(runtime: Runtime, asset: Asset, job: RunningJob): Promise<void> {
  const kept = isStagingKey(asset.storageKey) ? await copyFromStaging(runtime, asset, job) : null
  const profile = profileOf(runtime, asset.profile)
  const won = await inTransaction(runtime, undefined, async (unit) => {
    const available = await transitionAsset(runtime, unit, asset, 'available', {
      from: ['promoting'],
      ...(kept === null ? {} : { changes: { storageKey: kept.key, etag: kept.object.etag } }),
    })
    if (available === null) return false
    await planVariants(runtime, unit, available, plannedVariants(profile, available.kind))
    await applyAggregate(runtime, unit, available, await variantsOf(unit, available.id))
    return true
  })
  // Who lost the race copied to the same permanent key, so there is nothing to take back.
  if (won && kept !== null) await storageOf(runtime, asset.storage).delete(asset.storageKey)
}

/** The key follows from the staging key, so that two attempts write the same object. */
async function copyFromStaging(
  runtime: Runtime,
  asset: Asset,
  job: RunningJob,
): Promise<{ readonly key: string; readonly object: StoredObject }> {
  const random = (asset.storageKey.split('/').at(-1) ?? '').split('.')[0] ?? ''
  const extension = extensionFor(asset.contentType ?? '')
  const key = originalKey({ profile: asset.profile, assetId: asset.id, random, extension })
  const ifMatch = asset.etag === null ? {} : { ifMatch: asset.etag }
  try {
    const object = await storageOf(runtime, asset.storage).copy(asset.storageKey, key, {
      ...ifMatch,
      signal: job.signal,
    })
    return { key, object }
  } catch (error) {
    if (!isRindleError(error, 'storage_precondition_failed')) throw error
    throw new Rejection('changed_after_verification', 'The uploaded object was replaced after it had been verified.')
  }
}
