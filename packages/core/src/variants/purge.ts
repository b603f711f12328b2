import { heldAmong } from '../assets/hold.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import { isInFlight } from '../domain/states.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import { transitionVariants, type VariantChanges } from './transition.ts'

/**
 * The variants that may be purged now: those that a worker may be storing at this moment wait for the next run. Pure.
 */
export function purgeable<V extends Pick<Variant, 'state'>>(variants: readonly V[]): readonly V[] {
  return variants.filter(({ state }) => !isInFlight(state))
}

/**
 * Moves variants to `purged`, and returns those that it moved: none of an asset on hold. The caller holds the asset's
 * lock. Their objects go after the commit.
 */
export async function purgeVariants(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  variants: readonly Variant[],
): Promise<readonly Variant[]> {
  if (variants.length === 0 || (await heldAmong(unit, [asset.id])).has(asset.id)) return []
  const changes = (): VariantChanges => ({ errorReason: null })
  return transitionVariants(runtime, unit, asset, purgeable(variants), 'purged', { changes })
}

/**
 * Deletes the objects of purged variants, then clears their keys. A row with a key says that the object may still
 * exist, so that the next run finishes one that was killed in between.
 */
export async function deletePurgedObjects(
  runtime: Runtime,
  asset: Pick<Asset, 'storage'>,
  variants: readonly Pick<Variant, 'id' | 'storageKey'>[],
): Promise<void> {
  for (const { id, storageKey } of variants) {
    if (storageKey === null) continue
    await storageOf(runtime, asset.storage).delete(storageKey)
    await runtime.database.executeSql(
      `update rindle.media_variants set storage_key = null
       where id = $1::uuid and state = 'purged' and storage_key = $2::text`,
      [id, storageKey],
    )
  }
}
