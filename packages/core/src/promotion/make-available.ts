import type { Asset } from '../domain/entities.ts'
import { transitionAsset } from '../rows/asset-transition.ts'
import { profileOf, type Runtime } from '../runtime.ts'
import { inTransaction } from '../unit-of-work.ts'
import { applyAggregate } from '../variants/aggregate.ts'
import { plannedVariants, planVariants } from '../variants/plan.ts'

/** `promoting` → `available`: the asset, its variants and their jobs change in one transaction. */
export async function makeAvailable(runtime: Runtime, asset: Asset): Promise<Asset | null> {
  const profile = profileOf(runtime, asset.profile)
  return inTransaction(runtime, undefined, async (unit) => {
    const available = await transitionAsset(runtime, unit, asset, 'available', { from: ['promoting'] })
    if (available === null) return null
    // An asset that was not available before has no other variants than these.
    const planned = plannedVariants(profile, available)
    await planVariants(runtime, unit, available, planned)
    await applyAggregate(
      runtime,
      unit,
      available,
      planned.map(({ recipe }) => ({ recipe, state: 'queued' })),
    )
    return available
  })
}
