import type { Asset } from '../domain/entities.ts'
import { transitionAsset } from '../rows/asset-transition.ts'
import type { Runtime } from '../runtime.ts'
import { inTransaction, type UnitOfWork } from '../unit-of-work.ts'
import { lockAsset } from '../variants/lock-asset.ts'

/**
 * Quarantines an asset that has not become available: it is never delivered and never decoded. An asset that is
 * available, deleted or gone stays as it is, and so does one that `applies`, which is asked under its lock, refuses.
 * Returns whether the asset was moved.
 */
export async function quarantine(
  runtime: Runtime,
  assetId: string,
  reason: string,
  applies: (asset: Asset, unit: UnitOfWork) => boolean | Promise<boolean> = () => true,
): Promise<boolean> {
  return inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset === null || !(await applies(asset, unit))) return false
    const moved = await transitionAsset(runtime, unit, asset, 'quarantined', {
      from: ['staged', 'validating', 'analyzing', 'promoting'],
      changes: { errorReason: reason },
    })
    return moved !== null
  })
}
