import type { AssetReference } from '../assets/read.ts'
import type { Owner } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import type { AttachOptions } from './attach.ts'
import { release } from './release.ts'
import { assertOneTenant, lockAssets, lockSlot, slotOf } from './slot.ts'

/** Options of {@link detach}. */
export interface DetachOptions extends AttachOptions {
  /** Only this asset. @default everything in the slot */
  readonly asset?: AssetReference
}

/**
 * Empties the owner's slot, or takes one asset out of it. Assets that no other attachment holds are purged by a job in
 * the same transaction; shared ones stay. Succeeds on an empty slot.
 */
export async function detach(
  runtime: Runtime,
  owner: Owner,
  slotName: string,
  options: DetachOptions = {},
): Promise<void> {
  const slot = slotOf(owner, slotName)
  if (options.asset !== undefined) assertId('asset', options.asset.id)
  await inTransaction(runtime, options.tx, async (unit) => {
    const attached = (await lockSlot(unit, slot)).map((holder) => holder.assetId)
    const leaving = attached.filter((id) => options.asset === undefined || id === options.asset.id)
    if (leaving.length === 0) return
    const assets = await lockAssets(unit, leaving)
    assertOneTenant(slot, assets.values(), options.tenant)
    await release(runtime, unit, slot, assets, leaving)
  })
}
