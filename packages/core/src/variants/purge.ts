import type { Asset, Variant } from '../domain/entities.ts'
import { isInFlight } from '../domain/states.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import { transitionVariants, type VariantChanges } from './transition.ts'

/** Those that may be purged now: what a worker may be storing at this moment is left for the next run. Pure. */
export function purgeable<V extends Pick<Variant, 'state'>>(variants: readonly V[]): readonly V[] {
  return variants.filter(({ state }) => !isInFlight(state))
}

/** Moves variants, whose asset is locked, to `purged`; returns those that were. Their objects go after the commit. */
export async function purgeVariants(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  variants: readonly Variant[],
): Promise<readonly Variant[]> {
  const changes = (): VariantChanges => ({ errorReason: null })
  return transitionVariants(runtime, unit, asset, purgeable(variants), 'purged', { changes })
}

/**
 * Deletes the objects of purged variants, then their keys. A row that keeps its key says that the object may be there
 * still: so a run that was killed in between is finished by the next.
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
