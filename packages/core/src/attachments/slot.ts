import type { Owner } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { isStorableName, MAX_NAME_LENGTH } from '../domain/storable-name.ts'
import { number, type Row, text, textOrNull } from '../kernel/sql/row-values.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'

/** An owner and the name of a slot, as columns. */
export interface Slot {
  readonly ownerType: string
  readonly ownerId: string
  readonly slot: string
}

/** An attachment that is in a slot now. */
export interface Holder {
  readonly assetId: string
  readonly position: number
}

/** Checks owner and slot name: `invalid_input`. Integer ids become text. */
export function slotOf(owner: Owner, slot: string): Slot {
  const columns = { ownerType: owner.type, ownerId: ownerIdOf(owner), slot }
  for (const [what, value] of Object.entries(columns)) {
    if (isStorableName(value)) continue
    throw new RindleError(
      'invalid_input',
      `${what} must be a string of 1 to ${MAX_NAME_LENGTH} characters. An owner is { type: 'member', id }.`,
    )
  }
  return columns
}

/** An inexact number (`NaN`, a fraction), `null` or an object would become one text for many owners. */
function ownerIdOf({ id }: Owner): string {
  if (typeof id === 'string') return id
  if (Number.isSafeInteger(id)) return String(id)
  throw new RindleError('invalid_input', 'The id of an owner must be a string or a safe integer.')
}

/**
 * Locks the slot for this transaction and reads its attachments. An empty slot has no row to lock, hence the advisory
 * lock: concurrent attaches to one slot run one after the other. Two slots with colliding hashes only wait for each
 * other.
 */
export async function lockSlot(unit: UnitOfWork, slot: Slot): Promise<readonly Holder[]> {
  const values = [slot.ownerType, slot.ownerId, slot.slot]
  await unit.executeSql(
    `select 1 as locked from (
       select pg_advisory_xact_lock(hashtextextended(jsonb_build_array($1::text, $2::text, $3::text)::text, 0))
     ) as taken`,
    values,
  )
  const { rows } = await unit.executeSql(
    `select asset_id, position from rindle.media_attachments
     where owner_type = $1::text and owner_id = $2::text and slot = $3::text order by position`,
    values,
  )
  return rows.map((row) => ({ assetId: text(row, 'asset_id'), position: number(row, 'position') }))
}

/**
 * Locks assets in the order of their ids (so that two transactions cannot wait for each other) and returns their rows.
 * `no key update`, because foreign-key checks of other transactions need not wait.
 */
export async function lockAssets(unit: UnitOfWork, assetIds: readonly string[]): Promise<ReadonlyMap<string, Row>> {
  const { rows } = await unit.executeSql(
    `select id, profile, storage, state, purge_at, tenant from rindle.media_assets
     where id in (select value::uuid from jsonb_array_elements_text($1::jsonb))
     order by id for no key update`,
    [JSON.stringify(assetIds)],
  )
  return new Map(rows.map((row) => [text(row, 'id'), row]))
}

/** Refuses to change a slot that holds an asset of another tenant: `conflict`. An owner belongs to one tenant. */
export function assertOneTenant(slot: Slot, assets: Iterable<Row>, tenant: string | null | undefined): void {
  if (tenant === undefined) return
  for (const asset of assets) {
    if (textOrNull(asset, 'tenant') === tenant) continue
    const { ownerType, ownerId } = slot
    throw new RindleError(
      'conflict',
      `The slot "${slot.slot}" of ${ownerType} ${ownerId} holds an asset of another tenant. Give owners ids that differ ` +
        'between tenants.',
      { details: { slot: slot.slot }, retryable: false },
    )
  }
}

/** A slot that is locked, with what holds it. */
export interface LockedSlot {
  readonly current: readonly Holder[]
  /** Their rows, and that of the asset that is to be attached, by id; of one that is gone there is none. */
  readonly assets: ReadonlyMap<string, Row>
}

/** Locks all that an attaching may change: the slot first, then the assets that hold it and the one that is to. */
export async function lockForAttaching(unit: UnitOfWork, slot: Slot, assetId: string): Promise<LockedSlot> {
  const current = await lockSlot(unit, slot)
  const assets = await lockAssets(unit, [assetId, ...current.map((holder) => holder.assetId)])
  return { current, assets }
}
