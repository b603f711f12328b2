import type { Slot } from '../attachments/slot.ts'
import type { Asset } from '../domain/entities.ts'
import { type RunStart, startingRuns } from '../kernel/processing-runs.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import { json } from '../kernel/sql/row-values.ts'

/** What a promotion begins with. */
export interface Beginning {
  readonly asset: Asset
  /** The slot to attach it to, as long as its session still names it: it may only be forgotten. `null`: none. */
  readonly slot: Slot | null
}

/** Records that an attempt has begun, and reads its asset, in one statement. `null`: there is no such asset. */
export async function beginPromotion(runtime: Runtime, run: RunStart): Promise<Beginning | null> {
  const { rows } = await runtime.database.executeSql(
    `with run as (${startingRuns('$1', '$2')})
     select asset.*, (
       select jsonb_build_object('ownerType', attach_owner_type, 'ownerId', attach_owner_id, 'slot', attach_slot)
       from rindle.media_upload_sessions
       where asset_id = asset.id and attach_slot is not null and state = 'completed') as wanted_slot
     from rindle.media_assets as asset where id = $3::uuid`,
    [JSON.stringify([run]), runtime.worker, run.assetId],
  )
  const [row] = rows
  return row === undefined ? null : { asset: assetFromRow(row), slot: json<Slot | null>(row, 'wanted_slot') }
}
