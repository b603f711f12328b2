import type { Asset } from '../domain/entities.ts'
import type { VariantState } from '../domain/states.ts'
import { adapterNameOf, type Runtime } from '../kernel/runtime.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'

/** Announces a variant's change of state with the unit's commit. */
export function emitVariantState(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Pick<Asset, 'profile' | 'storage'>,
  from: VariantState,
  to: VariantState,
): void {
  const adapter = adapterNameOf(runtime, asset.storage)
  unit.emit('rindle.variant.state_change', { profile: asset.profile, adapter, from, to })
}
