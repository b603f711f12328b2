import { aggregateState } from '../domain/aggregate.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import { lane } from '../domain/recipe-facts.ts'
import { isDeliverable } from '../domain/states.ts'
import { transitionAsset } from '../rows/asset-transition.ts'
import { variantFromRow } from '../rows/entities-from-rows.ts'
import type { Runtime } from '../runtime.ts'
import type { UnitOfWork } from '../unit-of-work.ts'

/** What the aggregate rule needs of an asset. */
export type AggregatedAsset = Pick<Asset, 'id' | 'profile' | 'storage' | 'state'>

/** All variants of an asset, sorted by name. */
export async function variantsOf(unit: UnitOfWork, assetId: string): Promise<readonly Variant[]> {
  const { rows } = await unit.executeSql(
    'select * from rindle.media_variants where asset_id = $1::uuid order by name',
    [assetId],
  )
  return rows.map(variantFromRow)
}

/**
 * Applies the aggregate rule. The caller holds the asset's row lock and has read `variants` after taking it:
 * otherwise two variants that finish together could each miss the other.
 */
export async function applyAggregate(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: AggregatedAsset,
  variants: readonly Pick<Variant, 'state' | 'recipe'>[],
): Promise<void> {
  if (!isDeliverable(asset.state)) return
  const state = aggregateState(variants.map((variant) => ({ state: variant.state, lane: lane(variant.recipe) })))
  if (state !== asset.state) await transitionAsset(runtime, unit, asset, state)
}
