import { applyAggregate } from '../assets/aggregate.ts'
import { lockAsset } from '../assets/lock.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import type { RowReason } from '../domain/reasons.ts'
import { isInFlight } from '../domain/states.ts'
import { cancelRuns } from '../kernel/processing-runs.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import { jobsFor } from './plan.ts'
import { variantsOf } from './read.ts'
import { transitionVariants, type VariantChanges } from './transition.ts'

/** Options of {@link cancelProcessing}. */
export interface CancelOptions {
  /** Names the variants that a run would cancel, and changes nothing. @default false */
  readonly dryRun?: boolean
}

/**
 * Stops an asset's work: queued and processing variants become `cancelled`, their jobs are cancelled in the same
 * transaction, and running encoders stop. Returns the cancelled names. `not_found`; `not_processing` when there is no
 * work.
 */
export async function cancelProcessing(
  runtime: Runtime,
  assetId: string,
  { dryRun = false }: CancelOptions = {},
): Promise<readonly string[]> {
  assertId('asset', assetId)
  return inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset === null) throw new RindleError('not_found', `There is no asset ${assetId}.`)
    const variants = await variantsOf(unit, assetId)
    const running = variants.filter(({ state }) => isInFlight(state))
    if (running.length === 0) throw new RindleError('not_processing', `Asset ${assetId} has no work to cancel.`)
    const names = running.map(({ name }) => name)
    if (dryRun) return names
    await cancelVariants(runtime, unit, asset, running)
    await applyAggregate(runtime, unit, asset, await variantsOf(unit, assetId))
    for (const { queue, key } of jobsFor(assetId, running)) await runtime.jobs.cancel(queue, [key], unit)
    return names
  })
}

/**
 * Moves variants to `cancelled` and ends their attempts. The caller holds the asset's lock. `reason` names a cause
 * other than a person, such as `asset_quarantined`.
 */
export async function cancelVariants(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  variants: readonly Variant[],
  reason: RowReason | null = null,
): Promise<void> {
  const changes = (): VariantChanges => ({ errorReason: reason, errorMessage: null })
  await transitionVariants(runtime, unit, asset, variants, 'cancelled', { changes, waiting: 'ends' })
  const underWay = variants.filter(({ state }) => state === 'processing').map(({ name }) => name)
  if (underWay.length > 0) await cancelRuns(unit, asset.id, underWay)
}
