import { planRelocation } from '../assets/relocation.ts'
import { transitionAsset } from '../assets/transition.ts'
import type { Asset } from '../domain/entities.ts'
import { isInFlight } from '../domain/states.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import { cancelVariants } from '../variants/cancel.ts'
import { jobsFor } from '../variants/plan.ts'
import { variantsOf } from '../variants/read.ts'

/** Remembers the attachments of assets that go into the trash, before they are removed. The caller holds the assets' locks. */
export async function keepAttachments(unit: UnitOfWork, assetIds: readonly string[]): Promise<void> {
  if (assetIds.length === 0) return
  await unit.executeSql(
    `insert into rindle.media_trashed_attachments (id, asset_id, owner_type, owner_id, slot, position, created_at)
     select id, asset_id, owner_type, owner_id, slot, position, created_at from rindle.media_attachments
     where asset_id in (select value::uuid from jsonb_array_elements_text($1::jsonb))`,
    [JSON.stringify(assetIds)],
  )
}

/**
 * Moves a deliverable asset into the trash: from here on nothing of it is delivered, its work stops, and a job moves its
 * objects to keys that no URL leads to. The caller holds the asset's lock, and has removed its attachments.
 */
export async function moveToTrash(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Pick<Asset, 'id' | 'profile' | 'storage'>,
  purgeAfterSeconds: number,
): Promise<Asset | null> {
  const trashed = await transitionAsset(runtime, unit, asset, 'trashed', { purgeAfterSeconds })
  if (trashed === null) return null
  const running = (await variantsOf(unit, asset.id)).filter(({ state }) => isInFlight(state))
  if (running.length > 0) await cancelVariants(runtime, unit, trashed, running, 'asset_trashed')
  for (const { queue, key } of jobsFor(asset.id, running)) await runtime.jobs.cancel(queue, [key], unit)
  await planRelocation(runtime, unit, trashed)
  return trashed
}
