import { applyAggregate } from '../assets/aggregate.ts'
import { lockAsset } from '../assets/lock.ts'
import { transitionAsset } from '../assets/transition.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import type { JsonObject } from '../domain/errors.ts'
import type { Failure } from '../domain/failures.ts'
import { type EndedRunState, isDeliverable, isInFlight } from '../domain/states.ts'
import { finishRuns } from '../kernel/processing-runs.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import { cancelVariants } from './cancel.ts'
import type { ClaimedVariant } from './claim.ts'
import { jobsFor } from './plan.ts'
import { variantsOf } from './read.ts'
import { enqueueDeletion } from './replaced-object.ts'
import { transitionVariants, type VariantChanges } from './transition.ts'

/** An output that lies in storage. */
export interface StoredOutput {
  readonly storageKey: string
  readonly contentType: string
  readonly byteSize: number
  readonly width: number | null
  readonly height: number | null
  readonly durationMs: number | null
  readonly metadata: JsonObject
}

/** How work on a variant ended. */
export type Settlement =
  | { readonly to: 'ready'; readonly output: StoredOutput }
  /** `isOfOriginal`: the original, which is whole, cannot be decoded, so no other variant can be made of it either. */
  | { readonly to: 'failed'; readonly failure: Failure; readonly isOfOriginal: boolean }
  /** `hasJob`: the job that held it comes again, or hands it on. A cancelled one does not, so a new one is enqueued. */
  | { readonly to: 'queued'; readonly failure: Failure; readonly hasJob: boolean }
  | { readonly to: 'cancelled' }

/** What became of a settlement: the state the variant has now, or why it was not the caller's to change. */
export type Settled = Settlement['to'] | 'asset_gone' | 'claim_lost'

const RUN_STATES: Readonly<Record<Settlement['to'], EndedRunState>> = {
  ready: 'succeeded',
  queued: 'failed',
  failed: 'failed',
  cancelled: 'cancelled',
}

/**
 * Commits the end of a variant's work in one transaction, with the asset's row locked: variant, aggregate and run.
 * An output counts only if the asset still has the original it was made from, can still be delivered, and the variant
 * is still the one that was claimed, in the same attempt and with the same recipe. The attempt keeps out a worker that
 * was taken for dead and wakes up after its successor has begun.
 */
export async function settle(
  runtime: Runtime,
  asset: Asset,
  { variant, runId }: ClaimedVariant,
  settlement: Settlement,
): Promise<Settled> {
  return inTransaction(runtime, undefined, async (unit) => {
    const current = await lockAsset(unit, asset.id)
    if (current === null) {
      await finishRuns(unit, [runId], 'cancelled', { reason: 'asset_gone' })
      return 'asset_gone'
    }
    const isCurrent = current.storageKey === asset.storageKey && isDeliverable(current.state)
    const effective: Settlement = isCurrent ? settlement : { to: 'cancelled' }
    if (!(await endAttempt(runtime, unit, current, { variant, runId }, effective))) {
      // Of an asset that is being purged nobody makes another output: what was stored meanwhile is nobody's.
      const lost = current.state === 'deleted' ? 'asset_gone' : 'claim_lost'
      await finishRuns(unit, [runId], 'cancelled', { reason: lost })
      return lost
    }
    if (effective.to === 'queued' && !effective.hasJob) {
      for (const request of jobsFor(asset.id, [variant])) unit.enqueue(request)
    }
    if (effective.to === 'ready') enqueueDeletion(runtime, unit, current, variant, effective.output.storageKey)
    const variants = await variantsOf(unit, asset.id)
    const refuses = effective.to === 'failed' && effective.isOfOriginal
    if (refuses && (await isFirstMaking(unit, variant, variants))) {
      await quarantineUndecodable(runtime, unit, current, variants, effective.failure)
    } else await applyAggregate(runtime, unit, current, variants)
    return effective.to
  })
}

/**
 * Whether an asset is on its way from its promotion to its first variants, and was never ready. Otherwise it is in use,
 * and whatever is wrong with a variant that is added or made again takes nothing else away. The run of the promotion
 * ends after the transaction that planned the variants.
 */
async function isFirstMaking(
  unit: UnitOfWork,
  { id, assetId }: Variant,
  variants: readonly Variant[],
): Promise<boolean> {
  if (variants.some(({ generatedAt }) => generatedAt !== null)) return false
  const { rows } = await unit.executeSql(
    `select 1 from rindle.media_processing_runs
     where asset_id = $1::uuid and variant_name is null
       and (finished_at is null
         or finished_at >= (select created_at from rindle.media_variants where id = $2::uuid))
     limit 1`,
    [assetId, id],
  )
  return rows.length > 0
}

/** A header can be whole and the pixels behind it not: that shows only when they are decoded. */
async function quarantineUndecodable(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  variants: readonly Variant[],
  { reason, message }: Failure,
): Promise<void> {
  const running = variants.filter(({ state }) => isInFlight(state))
  if (running.length > 0) await cancelVariants(runtime, unit, asset, running, 'asset_quarantined')
  const changes = { errorReason: reason, errorMessage: message }
  await transitionAsset(runtime, unit, asset, 'quarantined', { changes })
  runtime.logger.warn({ assetId: asset.id, code: reason }, `The asset is quarantined. ${message}`)
}

/** Whether what a failure leaves behind waits for its cause to end, instead of for the next attempt. Pure. */
function waits({ kind }: Failure): boolean {
  return kind === 'outage' || kind === 'lack'
}

/** The variant and its run, in one statement. `false`, and neither is changed, when the claim is lost. */
async function endAttempt(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  { variant, runId }: ClaimedVariant,
  settlement: Settlement,
): Promise<boolean> {
  const failure = 'failure' in settlement ? settlement.failure : null
  const [reason, message] = [failure?.reason ?? null, failure?.message ?? null]
  const output: VariantChanges = settlement.to === 'ready' ? { ...settlement.output, progress: 100 } : {}
  const moved = await transitionVariants(runtime, unit, asset, [variant], settlement.to, {
    changes: () => ({ ...output, errorReason: reason, errorMessage: message }),
    ifStill: ['jobId', 'recipeDigest', 'attempt'],
    waiting: settlement.to === 'queued' && waits(settlement.failure) ? 'begins' : 'ends',
    isMade: settlement.to === 'ready',
    run: { id: runId, state: RUN_STATES[settlement.to], reason, message },
  })
  return moved.length > 0
}
