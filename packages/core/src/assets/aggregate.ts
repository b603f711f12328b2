import { aggregateState } from '../domain/aggregate.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import { isDeliverable } from '../domain/states.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import { transitionAsset } from './transition.ts'

/** The fields of an asset that the aggregate rule needs. */
export type AggregatedAsset = Pick<Asset, 'id' | 'profile' | 'storage' | 'state'>

/**
 * Applies the aggregate rule. The caller holds the asset's row lock and has read `variants` after taking it:
 * otherwise two variants that finish together could each miss the other.
 */
export async function applyAggregate(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: AggregatedAsset,
  variants: readonly Pick<Variant, 'state' | 'queue' | 'onDemand'>[],
): Promise<void> {
  if (!isDeliverable(asset.state)) return
  const state = aggregateState(variants)
  if (state !== asset.state) await transitionAsset(runtime, unit, asset, state)
}
