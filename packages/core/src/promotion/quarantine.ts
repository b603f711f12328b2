import { lockAsset } from '../assets/lock.ts'
import { transitionAsset } from '../assets/transition.ts'
import type { Asset } from '../domain/entities.ts'
import { PROMOTION_STATES } from '../domain/states.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import type { Rejection } from './rejection.ts'

/**
 * Quarantines an asset in its promotion, for a verdict about its bytes: it is never delivered or decoded, unless an
 * operator releases it. Leaves an asset alone that holds other bytes by now, or is available, deleted or gone. Returns
 * whether the asset was moved.
 */
export async function quarantine(
  runtime: Runtime,
  { id, storageKey }: Pick<Asset, 'id' | 'storageKey'>,
  { reason, message }: Rejection,
): Promise<boolean> {
  return inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, id)
    if (asset === null || asset.storageKey !== storageKey) return false
    const moved = await transitionAsset(runtime, unit, asset, 'quarantined', {
      from: PROMOTION_STATES,
      changes: { errorReason: reason, errorMessage: message },
    })
    return moved !== null
  })
}
