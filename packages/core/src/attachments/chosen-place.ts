import { numberOrNull } from '../kernel/sql/row-values.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import type { Slot } from './slot.ts'

/**
 * Whether `holder` comes after `own`: of files that a person chose together, by their place among them; of others, by the
 * time at which their uploads began, by the database's clock, which all processes share.
 */
const COMES_AFTER = `case when holder_session.chosen_batch = own_session.chosen_batch
    then holder_session.chosen_index > own_session.chosen_index else holder.created_at > own.created_at end`

const HOLDERS = `rindle.media_assets as own
  left join lateral (select chosen_batch, chosen_index from rindle.media_upload_sessions
    where asset_id = own.id order by id desc limit 1) as own_session on true
  join rindle.media_attachments as attachment
    on owner_type = $2::text and owner_id = $3::text and slot = $4::text and attachment.asset_id <> own.id
  join rindle.media_assets as holder on holder.id = attachment.asset_id
  left join lateral (select chosen_batch, chosen_index from rindle.media_upload_sessions
    where asset_id = holder.id order by id desc limit 1) as holder_session on true
  where own.id = $1::uuid`

/** Whether the locked slot holds an asset that comes after this one. */
export async function isOvertaken(unit: UnitOfWork, slot: Slot, assetId: string): Promise<boolean> {
  const { rows } = await unit.executeSql(
    `select 1 as overtaken from ${HOLDERS} and (${COMES_AFTER}) limit 1`,
    valuesOf(slot, assetId),
  )
  return rows.length > 0
}

/**
 * The position of an uploaded asset in its locked slot: before the first one that the person chose after it, else before
 * those at the end whose uploads began later; `null`: at the end. An order that somebody has given the rest stays.
 */
export async function chosenPosition(unit: UnitOfWork, slot: Slot, assetId: string): Promise<number | null> {
  const { rows } = await unit.executeSql(
    `with holders as (
       select position, holder_session.chosen_batch = own_session.chosen_batch is true as is_of_batch,
         ${COMES_AFTER} as comes_after
       from ${HOLDERS}
     )
     select coalesce(
       (select min(position) from holders where is_of_batch and comes_after),
       (select min(position) from holders where position > (
         select coalesce(max(position), -1) from holders where is_of_batch or not comes_after))
     ) as position`,
    valuesOf(slot, assetId),
  )
  return numberOrNull(rows[0] ?? {}, 'position')
}

/** Makes room at a position of the locked slot. */
export async function makeRoomAt(unit: UnitOfWork, slot: Slot, position: number): Promise<void> {
  await unit.executeSql(
    `update rindle.media_attachments set position = position + 1, updated_at = now()
     where owner_type = $1::text and owner_id = $2::text and slot = $3::text and position >= $4::int`,
    [slot.ownerType, slot.ownerId, slot.slot, position],
  )
}

function valuesOf(slot: Slot, assetId: string): string[] {
  return [assetId, slot.ownerType, slot.ownerId, slot.slot]
}
