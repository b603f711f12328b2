import { transitionAsset } from '../rows/asset-transition.ts'
import type { Runtime } from '../runtime.ts'
import { inTransaction } from '../unit-of-work.ts'
import { lockAsset } from '../variants/lock-asset.ts'

/**
 * Quarantines an asset that has not become available: it is never delivered and never decoded. An asset that is
 * available, deleted or gone stays as it is.
 */
export async function quarantine(runtime: Runtime, assetId: string, reason: string): Promise<void> {
  await inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset === null) return
    await transitionAsset(runtime, unit, asset, 'quarantined', {
      from: ['staged', 'validating', 'analyzing', 'promoting'],
      changes: { errorReason: reason },
    })
  })
}
