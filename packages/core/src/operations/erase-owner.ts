import type { SqlExecutor } from '@rindle/prisma'
import { purgeRequest } from '../assets/purge-request.ts'
import { lockAssets, lockSlot, release, slotOf } from '../attachments/slot.ts'
import type { Owner } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { booleanOrNull, text, textOrNull } from '../kernel/sql/row-values.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'

/** The results of an erasure, real or foreseen; ids are sorted. */
export interface ErasureReport {
  /** The ids of the owner's attachments. */
  readonly attachmentsToDetach: readonly string[]
  /**
   * Assets that nobody else holds, and the owner's uploads that are on their way or were refused: purged with all their
   * objects, by jobs of the same transaction.
   */
  readonly assetsToPurge: readonly string[]
  /** Assets that another owner holds, too: they stay. */
  readonly retainedSharedAssets: readonly string[]
}

/** Options of {@link eraseOwner}. */
export interface EraseOwnerOptions {
  /** The transaction in which the application deletes its own record. @default a new transaction */
  readonly tx?: SqlExecutor
}

/** Returns the results that {@link eraseOwner} would have. Changes nothing. `invalid_input` for a malformed owner. */
export async function previewOwnerErasure(runtime: Runtime, owner: Owner): Promise<ErasureReport> {
  return reportOn(runtime.database, owner)
}

/**
 * Detaches everything that the owner holds, at any slot, and enqueues the purge of assets that nobody else holds,
 * including uploads for the owner. Atomic, safe to repeat. Keeps attachments that are made afterwards, or meanwhile at
 * a slot that was empty. `invalid_input` for a malformed owner.
 */
export async function eraseOwner(
  runtime: Runtime,
  owner: Owner,
  options: EraseOwnerOptions = {},
): Promise<ErasureReport> {
  const { ownerType, ownerId } = ownerColumns(owner)
  return inTransaction(runtime, options.tx, async (unit) => {
    const { rows } = await unit.executeSql(
      `select slot from rindle.media_attachments where owner_type = $1::text and owner_id = $2::text
       union select attach_slot from rindle.media_upload_sessions
       where attach_owner_type = $1::text and attach_owner_id = $2::text order by slot`,
      [ownerType, ownerId],
    )
    const slots = rows.map((row) => ({ ownerType, ownerId, slot: text(row, 'slot') }))
    // All slots before any asset: every attach takes its one slot first, too, so there is no deadlock.
    const held = new Map<string, readonly string[]>()
    for (const slot of slots) {
      const holders = await lockSlot(unit, slot)
      held.set(
        slot.slot,
        holders.map(({ assetId }) => assetId),
      )
    }
    const names = slots.map(({ slot }) => slot)
    const begun = await uploadsFor(unit, owner, names)
    const assets = await lockAssets(unit, [...new Set([...held.values(), begun].flat())])
    const report = await reportOn(unit, owner, names)
    for (const slot of slots) await release(runtime, unit, slot, assets, held.get(slot.slot) ?? [])
    await forgetUploads(unit, owner, names)
    const detached = new Set([...held.values()].flat())
    for (const assetId of begun.filter((id) => !detached.has(id) && report.assetsToPurge.includes(id))) {
      const profile = text(assets.get(assetId) ?? {}, 'profile')
      unit.enqueue(purgeRequest({ id: assetId, profile }))
    }
    return report
  })
}

/** The assets to be attached to the owner when they become available: on their way, or refused. */
async function uploadsFor(sql: SqlExecutor, owner: Owner, slots: readonly string[]): Promise<readonly string[]> {
  const { ownerType, ownerId } = ownerColumns(owner)
  const { rows } = await sql.executeSql(
    `select distinct asset_id from rindle.media_upload_sessions
     where attach_owner_type = $1::text and attach_owner_id = $2::text
       and attach_slot in (select jsonb_array_elements_text($3::jsonb))`,
    [ownerType, ownerId, JSON.stringify(slots)],
  )
  return rows.map((row) => text(row, 'asset_id'))
}

/** Detaches the owner from uploads that still arrive. The caller holds the slots' locks. */
async function forgetUploads(sql: SqlExecutor, owner: Owner, slots: readonly string[]): Promise<void> {
  const { ownerType, ownerId } = ownerColumns(owner)
  await sql.executeSql(
    `update rindle.media_upload_sessions
     set attach_owner_type = null, attach_owner_id = null, attach_slot = null, updated_at = now()
     where attach_owner_type = $1::text and attach_owner_id = $2::text
       and attach_slot in (select jsonb_array_elements_text($3::jsonb))`,
    [ownerType, ownerId, JSON.stringify(slots)],
  )
}

/** One statement, so that attachments and their sharing are of the same instant. */
async function reportOn(
  sql: SqlExecutor,
  owner: Owner,
  slots: readonly string[] | null = null,
): Promise<ErasureReport> {
  const { ownerType, ownerId } = ownerColumns(owner)
  const { rows } = await sql.executeSql(
    `with claim as (
       select id, asset_id, slot from rindle.media_attachments where owner_type = $1::text and owner_id = $2::text
       union all select null, asset_id, attach_slot from rindle.media_upload_sessions
       where attach_owner_type = $1::text and attach_owner_id = $2::text
     )
     select id, asset_id, exists (
       select 1 from rindle.media_attachments as other
       where other.asset_id = claim.asset_id and (other.owner_type, other.owner_id) <> ($1::text, $2::text)
     ) as is_shared
     from claim
     where $3::jsonb is null or slot in (select jsonb_array_elements_text($3::jsonb))
     order by id`,
    [ownerType, ownerId, slots === null ? null : JSON.stringify(slots)],
  )
  const shared = rows.filter((row) => booleanOrNull(row, 'is_shared') === true)
  const sharedAssets = new Set(shared.map((row) => text(row, 'asset_id')))
  const assets = new Set(rows.map((row) => text(row, 'asset_id')))
  return {
    attachmentsToDetach: rows.flatMap((row) => textOrNull(row, 'id') ?? []),
    assetsToPurge: sorted([...assets].filter((id) => !sharedAssets.has(id))),
    retainedSharedAssets: sorted([...sharedAssets]),
  }
}

function sorted(ids: readonly string[]): readonly string[] {
  return ids.toSorted((a, b) => (a < b ? -1 : 1))
}

function ownerColumns(owner: Owner): { readonly ownerType: string; readonly ownerId: string } {
  return slotOf(owner, 'any')
}
