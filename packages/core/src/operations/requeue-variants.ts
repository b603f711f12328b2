import { applyAggregate } from '../assets/aggregate.ts'
import { lockAsset } from '../assets/lock.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { notDeliverable } from '../domain/not-deliverable.ts'
import { IN_FLIGHT_STATES, isDeliverable, type VariantState } from '../domain/states.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import { type PlannedVariant, plannedVariants } from '../variants/plan.ts'
import { queueVariants } from '../variants/queue.ts'
import { variantsOf } from '../variants/read.ts'
import { runOperation } from './run-operation.ts'

/** Options of {@link requeueVariants}. */
export interface RequeueOptions<V extends string = string> {
  /** Only these variants. @default every declared variant of the asset */
  readonly variants?: readonly V[]
  /** Counts the work, and changes nothing. @default false */
  readonly dryRun?: boolean
}

/** The results of {@link requeueVariants}, real or foreseen. */
export interface RequeueReport {
  /** Failed and cancelled variants, and those that a worker will make or makes already. */
  readonly selected: number
  readonly enqueued: number
  /** The selected variants whose work was already waiting or running. */
  readonly skipped: number
  readonly errors: number
  readonly dryRun: boolean
}

const TO_REQUEUE: readonly VariantState[] = ['failed', 'cancelled']

/**
 * Enqueues the failed and cancelled variants of one asset again, to be made by their profile's present recipes. Other
 * variants stay unchanged. Atomic, safe to repeat. `not_found`; `unknown_variant` for a name that the asset does not
 * have; `not_deliverable` for an asset that is on its way or rejected.
 */
export async function requeueVariants(
  runtime: Runtime,
  assetId: string,
  options: RequeueOptions = {},
): Promise<RequeueReport> {
  const dryRun = options.dryRun ?? false
  return runOperation(runtime, { operation: 'requeue', scope: 'asset', dry_run: dryRun }, async () => {
    assertId('asset', assetId)
    return inTransaction(runtime, undefined, async (unit) => {
      const asset = await lockAsset(unit, assetId)
      if (asset === null) throw new RindleError('not_found', `There is no asset ${assetId}.`)
      if (!isDeliverable(asset.state)) {
        throw notDeliverable(asset.state, `Asset ${assetId} is ${asset.state}, so no variants can be made from it.`)
      }
      const declared = plannedVariants(profileOf(runtime, asset.profile), asset)
      const selected = select(asset, await variantsOf(unit, assetId), declared, options.variants)
      const wanted = selected.filter(({ state }) => TO_REQUEUE.includes(state))
      const enqueued = wanted.length
      const report = { selected: selected.length, enqueued, skipped: selected.length - enqueued, errors: 0, dryRun }
      if (dryRun) return report
      await queueVariants(runtime, unit, asset, wanted, declared)
      await applyAggregate(runtime, unit, asset, await variantsOf(unit, assetId))
      return report
    })
  })
}

function select(
  asset: Asset,
  variants: readonly Variant[],
  declared: readonly PlannedVariant[],
  names: readonly string[] | undefined,
): readonly Variant[] {
  const known = new Set(declared.map(({ name }) => name))
  const current = variants.filter(({ name }) => known.has(name))
  const unknown = names?.find((name) => !current.some((variant) => variant.name === name))
  if (unknown !== undefined) {
    throw new RindleError(
      'unknown_variant',
      `Asset ${asset.id} has no variant "${unknown}". It has: ${current.map(({ name }) => name).join(', ')}.`,
      { details: { variant: unknown } },
    )
  }
  return current.filter(
    ({ name, state }) =>
      (names === undefined || names.includes(name)) && [...TO_REQUEUE, ...IN_FLIGHT_STATES].includes(state),
  )
}
