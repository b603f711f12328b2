import { applyAggregate } from '../assets/aggregate.ts'
import { lockAsset } from '../assets/lock.ts'
import { transitionAsset } from '../assets/transition.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import type { JsonObject } from '../domain/errors.ts'
import type { Failure } from '../domain/failures.ts'
import { refocused } from '../domain/recipe.ts'
import { type EndedRunState, isDeliverable, isInFlight } from '../domain/states.ts'
import { finishRuns, mergeRepeatedRun } from '../kernel/processing-runs.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import { cancelVariants } from './cancel.ts'
import type { ClaimedVariant } from './claim.ts'
import { followFocus } from './follow-focus.ts'
import { jobsFor } from './plan.ts'
import { type HeldAsset, heldAsset, variantsOf } from './read.ts'
import { enqueueDeletion, enqueueDeletionOfLate } from './replaced-object.ts'
import { type TransitionOptions, transitionVariants, type VariantChanges } from './transition.ts'

/** An output in storage. */
export interface StoredOutput {
  readonly storageKey: string
  readonly contentType: string
  readonly byteSize: number
  readonly width: number | null
  readonly height: number | null
  readonly durationMs: number | null
  readonly metadata: JsonObject
}

/** The end of work on a variant. */
export type Settlement =
  | { readonly to: 'ready'; readonly output: StoredOutput }
  /** `isOfOriginal`: the intact original cannot be decoded, so no other variant can be made of it either. */
  | { readonly to: 'failed'; readonly failure: Failure; readonly isOfOriginal: boolean }
  /**
   * `hasJob`: the job that held it comes again, or hands it on. A cancelled one does not, so a new one is enqueued.
   * `isRepeat`: that job goes on with the work of one that had to wait, and has to wait again.
   */
  | { readonly to: 'queued'; readonly failure: Failure; readonly hasJob: boolean; readonly isRepeat: boolean }
  | { readonly to: 'cancelled' }

/** The attempt that a settlement ends. */
type Attempt = Pick<ClaimedVariant, 'variant' | 'maker' | 'runId'>

/** The result of a settlement: the variant's new state, or the reason why the caller could not change it. */
export type Settled = Settlement['to'] | 'asset_gone' | 'claim_lost'

const RUN_STATES: Readonly<Record<Settlement['to'], EndedRunState>> = {
  ready: 'succeeded',
  queued: 'failed',
  failed: 'failed',
  cancelled: 'cancelled',
}

/**
 * Commits the end of a variant's work in one transaction, with the asset's row locked: variant, aggregate and run. An
 * output counts only if the asset still has the same original and can still be delivered, and if the variant is still
 * claimed by the same attempt with the same recipe. The attempt keeps out a worker that seemed dead and wakes up after
 * its successor has begun.
 */
export async function settle(
  runtime: Runtime,
  asset: Asset,
  attempt: Attempt,
  settlement: Settlement,
): Promise<Settled> {
  return inTransaction(runtime, undefined, async (unit) => {
    const isEnded = await endAttempt(runtime, unit, asset, attempt, settlement, { ifAssetStill: asset })
    if (!isEnded) return settleOtherwise(runtime, unit, asset, attempt, settlement)
    await applySettlement(runtime, unit, await heldAsset(unit, asset.id), attempt, settlement)
    return settlement.to
  })
}

/** Settles an attempt whose asset has changed meanwhile, or which has lost its claim. */
async function settleOtherwise(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  attempt: Attempt,
  settlement: Settlement,
): Promise<Settled> {
  const { variant, runId } = attempt
  const current = await lockAsset(unit, asset.id)
  if (current === null) {
    await finishRuns(unit, [runId], 'cancelled', { reason: 'asset_gone' })
    return 'asset_gone'
  }
  const isSame = current.storageKey === asset.storageKey && current.storage === asset.storage
  const isCurrent = isSame && isDeliverable(current.state)
  const effective: Settlement = isCurrent ? settlement : { to: 'cancelled' }
  if (await endAttempt(runtime, unit, current, attempt, effective)) {
    const held = { asset: current, variants: await variantsOf(unit, asset.id) }
    await applySettlement(runtime, unit, held, attempt, effective)
    return effective.to
  }
  // No worker makes another output for an asset under purge: the object stored meanwhile is an orphan.
  const lost = current.state === 'deleted' ? 'asset_gone' : 'claim_lost'
  if (lost === 'claim_lost' && settlement.to === 'ready') {
    // The worker stored it where the asset was when it began.
    enqueueDeletionOfLate(unit, asset, variant.name, settlement.output.storageKey)
  }
  await finishRuns(unit, [runId], 'cancelled', { reason: lost })
  // `commitOutput` left it to the last settlement of the job, which may be this one.
  if (lost === 'claim_lost') await applyAggregate(runtime, unit, current, await variantsOf(unit, asset.id))
  return lost
}

/** What follows from the end of an attempt for its asset, which the caller has locked, and for the other variants. */
async function applySettlement(
  runtime: Runtime,
  unit: UnitOfWork,
  { asset, variants }: HeldAsset,
  attempt: Attempt,
  settlement: Settlement,
): Promise<void> {
  const { variant, runId } = attempt
  if (settlement.to === 'queued' && settlement.isRepeat) await mergeRepeatedRun(unit, runId)
  if (settlement.to === 'queued' && !settlement.hasJob) {
    for (const request of jobsFor(asset.id, [variant])) unit.enqueue(request)
  }
  if (settlement.to === 'ready') enqueueDeletion(runtime, unit, asset, variant, settlement.output.storageKey)
  const refuses = settlement.to === 'failed' && settlement.isOfOriginal
  if (refuses && (await isFirstMaking(unit, variant, variants))) {
    await quarantineUndecodable(runtime, unit, asset, variants, settlement.failure)
    return
  }
  const isRefocused = await followMovedFocus(runtime, unit, asset, attempt, variants)
  await applyAggregate(runtime, unit, asset, isRefocused ? await variantsOf(unit, asset.id) : variants)
}

/**
 * Whether an asset is between its promotion and its first variants, and was never ready. Any other asset is in use, and
 * a failure of an added or remade variant takes nothing else away, and neither does one that a page asked for. The
 * promotion's run ends after the transaction that planned the variants.
 */
async function isFirstMaking(
  unit: UnitOfWork,
  { id, assetId, onDemand }: Variant,
  variants: readonly Variant[],
): Promise<boolean> {
  if (onDemand || variants.some(({ generatedAt }) => generatedAt !== null)) return false
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

/**
 * Has the variant made again, or tried again, with the present focus if that was moved while a worker made it. By its
 * own recipe, not by the declared one, which may be older or newer in this process. Returns whether it did.
 */
async function followMovedFocus(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  { variant: { id }, maker }: Attempt,
  variants: readonly Variant[],
): Promise<boolean> {
  const { facts } = maker
  const settled = facts.usesFocus ? variants.find((variant) => variant.id === id) : undefined
  if (settled === undefined) return false
  const { name, outputKind: makes, onDemand, recipe } = settled
  const wanted = { name, makes, onDemand, facts, ...refocused(recipe, asset.focus) }
  return followFocus(runtime, unit, asset, [settled], [wanted])
}

/** A header can be intact and its pixels damaged: only decoding shows that. */
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

/** Whether the variant waits for the cause to end, instead of for the next attempt. Pure. */
function waits({ kind }: Failure): boolean {
  return kind === 'outage' || kind === 'lack'
}

/**
 * Ends the variant's attempt and its run, in one statement. `false` when the claim is lost, or the guard fails; it then changes
 * neither.
 */
async function endAttempt(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  { variant, runId }: Attempt,
  settlement: Settlement,
  guard: Pick<TransitionOptions<Variant>, 'ifAssetStill'> = {},
): Promise<boolean> {
  const failure = 'failure' in settlement ? settlement.failure : null
  const [reason, message] = [failure?.reason ?? null, failure?.message ?? null]
  const output: VariantChanges = settlement.to === 'ready' ? { ...settlement.output, progress: 100 } : {}
  const moved = await transitionVariants(runtime, unit, asset, [variant], settlement.to, {
    changes: () => ({ ...output, errorReason: reason, errorMessage: message }),
    ifStill: ['jobId', 'recipeDigest', 'attempt'],
    ...guard,
    waiting: settlement.to === 'queued' && waits(settlement.failure) ? 'begins' : 'ends',
    isMade: settlement.to === 'ready',
    run: { id: runId, state: RUN_STATES[settlement.to], reason, message },
  })
  return moved.length > 0
}
