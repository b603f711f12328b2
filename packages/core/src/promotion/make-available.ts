import { applyAggregate } from '../assets/aggregate.ts'
import { transitionAsset } from '../assets/transition.ts'
import { isSlotFull, placeUpload } from '../attachments/attach.ts'
import { lockForAttaching, type Slot } from '../attachments/slot.ts'
import type { Asset } from '../domain/entities.ts'
import { isRindleError } from '../domain/errors.ts'
import { canTransition } from '../domain/transitions.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'
import { requestSubtitles } from '../tracks/subtitles-request.ts'
import { type PlannedVariant, plannedVariants, planVariants } from '../variants/plan.ts'
import { queueVariants } from '../variants/queue.ts'
import { variantsOf } from '../variants/read.ts'

/**
 * `promoting` → `available`: one transaction changes the asset, its variants and their jobs, and attaches the asset to
 * the slot of its upload. Not before, because a refused or abandoned upload must not cost the owner the present asset;
 * nor may a late upload replace one that began later.
 */
export async function makeAvailable(
  runtime: Runtime,
  asset: Asset,
  _job: RunningJob,
  slot: Slot | null,
): Promise<Asset | null> {
  const profile = profileOf(runtime, asset.profile)
  return inTransaction(runtime, undefined, async (unit) => {
    // The slot before the assets: every attach locks in this order.
    if (slot !== null) await lockForAttaching(unit, slot, asset.id)
    const available = await transitionAsset(runtime, unit, asset, 'available', { from: ['promoting'] })
    if (available === null) return null
    if (slot !== null) await attachWanted(runtime, unit, asset, slot)
    if (profile.extractSubtitles) await requestSubtitles(unit, available)
    await planAll(
      runtime,
      unit,
      available,
      plannedVariants(profile, available).filter(({ onDemand }) => !onDemand),
    )
    return available
  })
}

/** An asset that was released from quarantine may already have variants, cancelled with it. */
async function planAll(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  planned: readonly PlannedVariant[],
): Promise<void> {
  const variants =
    planned.length === 0 ? await variantsOf(unit, asset.id) : await planVariants(runtime, unit, asset, planned)
  const again = variants.filter(({ state }) => canTransition('variant', state, 'queued'))
  await queueVariants(runtime, unit, asset, again, planned)
  await applyAggregate(runtime, unit, asset, again.length === 0 ? variants : await variantsOf(unit, asset.id))
}

/**
 * Attaches the asset unless the locked slot rules it out. The slot may be forgotten: its owner may have been erased. Or
 * it holds an asset whose upload began later: the owner has changed it since, and this upload or its promotion is late.
 * Or others have filled it.
 */
async function attachWanted(runtime: Runtime, unit: UnitOfWork, asset: Asset, wanted: Slot): Promise<void> {
  const { ownerType, ownerId, slot } = wanted
  const { rows } = await unit.executeSql(
    `update rindle.media_upload_sessions
     set attach_owner_type = null, attach_owner_id = null, attach_slot = null, updated_at = now()
     where asset_id = $1::uuid and attach_slot is not null returning id`,
    [asset.id],
  )
  if (rows[0] === undefined) return
  try {
    await placeUpload(runtime, unit, asset, { owner: { type: ownerType, id: ownerId }, slot, isLate: true })
  } catch (error) {
    // A deployment removed the slot after the upload began, or others have filled it. The file is good, and can be
    // attached elsewhere.
    const isFull = isSlotFull(error)
    if (!isFull && !isRindleError(error, 'unknown_slot')) throw error
    const why = isFull ? 'its slot is full' : 'its profile no longer declares the slot'
    runtime.logger.warn(
      { assetId: asset.id, slot, code: isFull ? 'slot_full' : 'unknown_slot' },
      `An uploaded asset was not attached: ${why}.`,
    )
  }
}
