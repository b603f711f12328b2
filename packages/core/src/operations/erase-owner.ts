import type { SqlExecutor } from '@rindle/prisma'
import { isOnHold, notePurgeDue } from '../assets/hold.ts'
import { purgeRequest } from '../assets/purge-request.ts'
import { transitionAsset } from '../assets/transition.ts'
import { release } from '../attachments/release.ts'
import { lockAssets, lockSlot, slotOf } from '../attachments/slot.ts'
import type { Owner } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { ofTenant, type TenantOption, tenantParameter } from '../kernel/sql/of-tenant.ts'
import { booleanOrNull, type Row, text, textOrNull } from '../kernel/sql/row-values.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'

/** The results of an erasure, real or foreseen; ids are sorted. */
export interface ErasureReport {
  /** The ids of the owner's attachments, also of those to assets in the trash. */
  readonly attachmentsToDetach: readonly string[]
  /**
   * Assets that nobody else holds, also in the trash, and the owner's uploads that are on their way or were refused:
   * purged with all their objects, by jobs of the same transaction.
   */
  readonly assetsToPurge: readonly string[]
  /** Assets that another owner holds, too: they stay. */
  readonly retainedSharedAssets: readonly string[]
  /**
   * Assets that would be purged but for a hold. They are taken from the owner, and are not delivered any more; maintenance
   * purges them when the hold has ended.
   */
  readonly blocked: readonly BlockedErasure[]
}

/** An asset that an erasure cannot purge yet. */
export interface BlockedErasure {
  readonly assetId: string
  /** What blocks it. */
  readonly by: 'hold'
}

/** Options of {@link eraseOwner}. */
export interface EraseOwnerOptions extends TenantOption {
  /** The transaction in which the application deletes its own record. @default a new transaction */
  readonly tx?: SqlExecutor
}

/** Returns the results that {@link eraseOwner} would have. Changes nothing. `invalid_input` for a malformed owner. */
export async function previewOwnerErasure(
  runtime: Runtime,
  owner: Owner,
  options: TenantOption = {},
): Promise<ErasureReport> {
  return reportOn(runtime.database, owner, options)
}

/**
 * Detaches everything that the owner holds, at any slot and in the trash, and enqueues the purge of assets that nobody else
 * holds, including uploads for the owner: nothing of them waits in the trash. An asset on hold is detached, and reported as
 * `blocked`. Atomic, safe to repeat. Keeps attachments that are made afterwards, or meanwhile at
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
       where attach_owner_type = $1::text and attach_owner_id = $2::text
       union select slot from rindle.media_trashed_attachments where owner_type = $1::text and owner_id = $2::text
       order by slot`,
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
    const trashed = await trashedOf(unit, owner)
    const assets = await lockAssets(unit, [...new Set([...held.values(), begun, trashed].flat())])
    const isIn = (id: string): boolean => isOfTenant(assets.get(id), options.tenant)
    const report = await reportOn(unit, owner, options, names)
    for (const slot of slots) {
      await release(runtime, unit, slot, assets, (held.get(slot.slot) ?? []).filter(isIn), { isErasure: true })
    }
    await forgetUploads(unit, owner, names, options)
    await forgetTrashed(unit, owner, options)
    const detached = new Set([...held.values()].flat())
    for (const assetId of [...new Set([...begun, ...trashed])].filter((id) => !detached.has(id))) {
      const row = assets.get(assetId)
      if (row !== undefined) await endAsset(runtime, unit, row, report)
    }
    return report
  })
}

/** Ends an asset that the owner does not hold by an attachment: an upload, or one in the trash. */
async function endAsset(
  runtime: Runtime,
  unit: UnitOfWork,
  row: Row,
  { assetsToPurge, blocked }: ErasureReport,
): Promise<void> {
  const id = text(row, 'id')
  if (blocked.some(({ assetId }) => assetId === id)) return notePurgeDue(unit, id)
  if (!assetsToPurge.includes(id)) return
  const asset = { id, profile: text(row, 'profile'), storage: text(row, 'storage') }
  if (text(row, 'state') === 'trashed') await transitionAsset(runtime, unit, asset, 'deleted')
  unit.enqueue(purgeRequest(asset))
}

/** The assets in the trash that the owner had. */
async function trashedOf(sql: SqlExecutor, owner: Owner): Promise<readonly string[]> {
  const { ownerType, ownerId } = ownerColumns(owner)
  const { rows } = await sql.executeSql(
    `select distinct asset_id from rindle.media_trashed_attachments
     where owner_type = $1::text and owner_id = $2::text`,
    [ownerType, ownerId],
  )
  return rows.map((row) => text(row, 'asset_id'))
}

/** Nothing brings the owner's attachments back. The caller holds the assets' locks. */
async function forgetTrashed(sql: SqlExecutor, owner: Owner, { tenant }: TenantOption): Promise<void> {
  const { ownerType, ownerId } = ownerColumns(owner)
  await sql.executeSql(
    `delete from rindle.media_trashed_attachments as trashed where owner_type = $1::text and owner_id = $2::text
       and ($3::jsonb is null or exists (select 1 from rindle.media_assets as asset
         where asset.id = trashed.asset_id and ${ofTenant('asset.tenant', '$3')}))`,
    [ownerType, ownerId, tenantParameter(tenant)],
  )
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
async function forgetUploads(
  sql: SqlExecutor,
  owner: Owner,
  slots: readonly string[],
  { tenant }: TenantOption,
): Promise<void> {
  const { ownerType, ownerId } = ownerColumns(owner)
  await sql.executeSql(
    `update rindle.media_upload_sessions
     set attach_owner_type = null, attach_owner_id = null, attach_slot = null, updated_at = now()
     where attach_owner_type = $1::text and attach_owner_id = $2::text
       and attach_slot in (select jsonb_array_elements_text($3::jsonb)) and ${ofTenant('tenant', '$4')}`,
    [ownerType, ownerId, JSON.stringify(slots), tenantParameter(tenant)],
  )
}

function isOfTenant(asset: Row | undefined, tenant: string | null | undefined): boolean {
  return tenant === undefined || (asset !== undefined && textOrNull(asset, 'tenant') === tenant)
}

/** One statement, so that attachments and their sharing are of the same instant. */
async function reportOn(
  sql: SqlExecutor,
  owner: Owner,
  { tenant }: TenantOption,
  slots: readonly string[] | null = null,
): Promise<ErasureReport> {
  const { ownerType, ownerId } = ownerColumns(owner)
  const { rows } = await sql.executeSql(
    `with claim as (
       select id, asset_id, slot from rindle.media_attachments where owner_type = $1::text and owner_id = $2::text
       union all select null, asset_id, attach_slot from rindle.media_upload_sessions
       where attach_owner_type = $1::text and attach_owner_id = $2::text
       union all select id, asset_id, slot from rindle.media_trashed_attachments
       where owner_type = $1::text and owner_id = $2::text
     )
     select id, asset_id, exists (
       select 1 from rindle.media_attachments as other
       where other.asset_id = claim.asset_id and (other.owner_type, other.owner_id) <> ($1::text, $2::text)
     ) or exists (
       select 1 from rindle.media_trashed_attachments as other
       where other.asset_id = claim.asset_id and (other.owner_type, other.owner_id) <> ($1::text, $2::text)
     ) as is_shared, ${isOnHold('claim.asset_id')} as is_held
     from claim
     where ($3::jsonb is null or slot in (select jsonb_array_elements_text($3::jsonb)))
       and ($4::jsonb is null or exists (select 1 from rindle.media_assets as asset
         where asset.id = claim.asset_id and ${ofTenant('asset.tenant', '$4')}))
     order by id`,
    [ownerType, ownerId, slots === null ? null : JSON.stringify(slots), tenantParameter(tenant)],
  )
  const shared = rows.filter((row) => booleanOrNull(row, 'is_shared') === true)
  const sharedAssets = new Set(shared.map((row) => text(row, 'asset_id')))
  const assets = new Map(rows.map((row) => [text(row, 'asset_id'), booleanOrNull(row, 'is_held') === true]))
  const own = sorted([...assets.keys()].filter((id) => !sharedAssets.has(id)))
  return {
    attachmentsToDetach: rows.flatMap((row) => textOrNull(row, 'id') ?? []),
    assetsToPurge: own.filter((id) => assets.get(id) !== true),
    retainedSharedAssets: sorted([...sharedAssets]),
    blocked: own.filter((id) => assets.get(id) === true).map((assetId) => ({ assetId, by: 'hold' })),
  }
}

function sorted(ids: readonly string[]): readonly string[] {
  return ids.toSorted((a, b) => (a < b ? -1 : 1))
}

function ownerColumns(owner: Owner): { readonly ownerType: string; readonly ownerId: string } {
  return slotOf(owner, 'any')
}
