import type { Asset } from '../domain/entities.ts'
import { transitionAsset } from '../rows/asset-transition.ts'
import { profileOf, type Runtime } from '../runtime.ts'
import { inTransaction } from '../unit-of-work.ts'
import { applyAggregate, variantsOf } from '../variants/aggregate.ts'
import { plannedVariants, planVariants } from '../variants/plan.ts'

/** `promoting` → `available`: the asset, its variants and their jobs change in one transaction. */
export async function makeAvailable(runtime: Runtime, asset: Asset): Promise<void> {
  const profile = profileOf(runtime, asset.profile)
  await inTransaction(runtime, undefined, async (unit) => {
    const available = await transitionAsset(runtime, unit, asset, 'available', { from: ['promoting'] })
    if (available === null) return
    await planVariants(runtime, unit, available, plannedVariants(profile, available.kind))
    await applyAggregate(runtime, unit, available, await variantsOf(unit, available.id))
  })
}
