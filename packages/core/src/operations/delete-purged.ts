import type { Asset, Variant } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { deletePurgedObjects } from '../variants/purge.ts'
import type { StorageWatch } from './storage-watch.ts'

/**
 * Deletes the objects of an asset's purged variants, and returns whether they are gone. Those that stay because their
 * storage is down are deleted by the next run: their rows still name them.
 */
export async function deletePurged(
  runtime: Runtime,
  watch: StorageWatch,
  asset: Pick<Asset, 'id' | 'storage'>,
  variants: readonly Pick<Variant, 'id' | 'storageKey'>[],
): Promise<boolean> {
  try {
    await deletePurgedObjects(runtime, asset, variants)
    watch.answered(asset.storage)
    return true
  } catch (error) {
    watch.failed(asset.storage, error, { assetId: asset.id }, 'An object of a purged variant was not deleted.')
    return false
  }
}
