import type { SqlExecutor } from '@rindle/prisma'
import type { Hold } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { isStorableName, MAX_NAME_LENGTH } from '../domain/storable-name.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { holdFromRow } from '../kernel/sql/entities-from-rows.ts'
import { type Row, text } from '../kernel/sql/row-values.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import { lockAsset } from './lock.ts'
import type { AssetReference } from './read.ts'

/** Options of {@link hold}. */
export interface HoldOptions {
  /** Why, for a person: 1 to 255 characters. Logs and the console show it. */
  readonly reason: string
  /** The time at which it ends by itself, by the clock of the database. @default when `unhold` ends it */
  readonly until?: Date | undefined
  /** The application's transaction. @default a new transaction */
  readonly tx?: SqlExecutor
}

/** Options of {@link unhold}. */
export interface UnholdOptions {
  /** The application's transaction. @default a new transaction */
  readonly tx?: SqlExecutor
}

/** SQL: whether the asset of that id is on hold now. Pure. */
export function isOnHold(assetId: string): string {
  return `exists (select 1 from rindle.media_holds as hold
    where hold.asset_id = ${assetId} and (hold.until is null or hold.until > now()))`
}

/**
 * The one place that decides whether something of these assets may be deleted. Returns those that are on hold. The caller
 * holds the locks of their rows, so that no hold begins before its transaction has ended; a preview needs none.
 */
export async function heldAmong(sql: SqlExecutor, assetIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (assetIds.length === 0) return new Set()
  const { rows } = await sql.executeSql(
    `select id from rindle.media_assets as asset
     where id in (select value::uuid from jsonb_array_elements_text($1::jsonb)) and ${isOnHold('asset.id')}`,
    [JSON.stringify(assetIds)],
  )
  return new Set(rows.map((row) => text(row, 'id')))
}

/** Notes that the purge of an asset is due, for the time when its hold has ended. The caller holds the lock of its row. */
export async function notePurgeDue(unit: UnitOfWork, assetId: string): Promise<void> {
  await unit.executeSql(
    `update rindle.media_assets set purge_at = least(coalesce(purge_at, now()), now()), updated_at = now()
     where id = $1::uuid`,
    [assetId],
  )
}

/** Throws `asset_held` for an asset on hold. The caller holds the lock of its row. */
export async function assertNotHeld(unit: UnitOfWork, assetId: string): Promise<void> {
  if (!(await heldAmong(unit, [assetId])).has(assetId)) return
  const { rows } = await unit.executeSql('select * from rindle.media_holds where asset_id = $1::uuid', [assetId])
  const { reason, until } = holdFromRow(rows[0] as Row)
  const end = until === null ? '' : ` until ${until.toISOString()}`
  throw new RindleError('asset_held', `Asset ${assetId} is on hold${end}: ${reason}. End the hold first.`, {
    details: { reason, until: until?.toISOString() ?? null },
  })
}

/**
 * Puts an asset on hold: until the hold ends, nothing deletes the asset, a variant or a track of it. An asset whose purge
 * is due meanwhile waits for the end of the hold. A second call replaces reason and end. Atomic. `not_found`;
 * `not_deliverable` for an asset whose purge has begun; `invalid_input` for a bad reason, or an end in the past.
 */
export async function hold(
  runtime: Runtime,
  reference: AssetReference,
  { reason, until, tx }: HoldOptions,
): Promise<Hold> {
  assertId('asset', reference.id)
  assertReason(reason)
  if (until !== undefined && !(until instanceof Date && Number.isFinite(until.getTime()))) {
    throw new RindleError('invalid_input', '`until` must be a date.')
  }
  return inTransaction(runtime, tx, async (unit) => {
    const asset = await lockAsset(unit, reference.id)
    if (asset === null) throw new RindleError('not_found', `There is no asset ${reference.id}.`)
    if (asset.state === 'deleted') {
      const message = `The purge of asset ${asset.id} has begun, so it can no longer be held.`
      throw new RindleError('not_deliverable', message, { details: { state: asset.state } })
    }
    const { rows } = await unit.executeSql(
      `insert into rindle.media_holds (asset_id, reason, until)
       select $1::uuid, $2::text, $3::timestamptz where $3::timestamptz is null or $3::timestamptz > now()
       on conflict (asset_id) do update set reason = excluded.reason, until = excluded.until, updated_at = now()
       returning *`,
      [asset.id, reason, until?.toISOString() ?? null],
    )
    if (rows[0] !== undefined) return holdFromRow(rows[0])
    throw new RindleError('invalid_input', `The end of the hold, ${until?.toISOString()}, is in the past.`)
  })
}

/**
 * Ends the hold of an asset. Maintenance purges it if its purge was due meanwhile. Returns the hold that ended, or `null`
 * if there was none. Atomic, safe to repeat. `not_found`.
 */
export async function unhold(
  runtime: Runtime,
  reference: AssetReference,
  { tx }: UnholdOptions = {},
): Promise<Hold | null> {
  assertId('asset', reference.id)
  return inTransaction(runtime, tx, async (unit) => {
    const asset = await lockAsset(unit, reference.id)
    if (asset === null) throw new RindleError('not_found', `There is no asset ${reference.id}.`)
    const { rows } = await unit.executeSql('delete from rindle.media_holds where asset_id = $1::uuid returning *', [
      asset.id,
    ])
    return rows[0] === undefined ? null : holdFromRow(rows[0])
  })
}

function assertReason(reason: string): void {
  if (isStorableName(reason)) return
  throw new RindleError('invalid_input', `reason must be a string of 1 to ${MAX_NAME_LENGTH} characters.`)
}
