import { DELIVERIES, eventRows, requestDeliveries, wantedEvent } from '../kernel/outbox.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { text } from '../kernel/sql/row-values.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'

/** The attachments to remove. */
export interface Removal {
  /** SQL after `where`, over `media_attachments`. */
  readonly condition: string
  readonly values: readonly unknown[]
  /** The profiles of their assets. */
  readonly profiles: readonly string[]
  /** At least as many as the condition finds. */
  readonly most: number
}

/**
 * Deletes attachments and returns the ids of their assets. The same statement writes the events for the hooks that want
 * them. The caller holds the locks of these assets.
 */
export async function removeAttachments(
  runtime: Runtime,
  unit: UnitOfWork,
  { condition, values, profiles, most }: Removal,
): Promise<readonly string[]> {
  const deleting = `delete from rindle.media_attachments where ${condition} returning asset_id`
  const event = await wantedEvent(runtime, unit, 'attachment.removed', profiles)
  if (event === null) {
    const { rows } = await unit.executeSql(deleting, [...values])
    return rows.map((row) => text(row, 'asset_id'))
  }
  const [ids, type] = [`$${values.length + 1}::jsonb`, `$${values.length + 2}::text`]
  const { rows } = await unit.executeSql(
    `with removed as (${deleting}, owner_type, owner_id, slot), ${eventRows(happened(ids, type))}
     select removed.asset_id, ${DELIVERIES} from removed`,
    [...values, JSON.stringify(Array.from({ length: most }, () => runtime.newId())), event],
  )
  requestDeliveries(unit, rows[0])
  return rows.map((row) => text(row, 'asset_id'))
}

/** Each removed attachment takes one of the given ids. */
function happened(ids: string, type: string): string {
  return `select (${ids} ->> (row_number() over () - 1)::int)::uuid as id, removed.asset_id, asset.profile, ${type} as type,
      jsonb_build_object('state', asset.state, 'slot', removed.slot,
        'owner', jsonb_build_object('type', removed.owner_type, 'id', removed.owner_id)) as payload
    from removed join rindle.media_assets as asset on asset.id = removed.asset_id`
}
