import type { SqlExecutor } from '@rindle/prisma'
import { extensionFor } from '../domain/content-types.ts'
import type { Asset } from '../domain/entities.ts'
import type { JsonObject } from '../domain/errors.ts'
import { freshKey, isManagedKey, originalKey } from '../domain/keys.ts'
import { relocationKey } from '../domain/queues.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { type Row, text } from '../kernel/sql/row-values.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import type { JobRequest } from '../ports/jobs.ts'

/** An object of an asset on its way to another key. */
export interface Relocation {
  readonly fromKey: string
  /** Used once: no other object ever has this key. */
  readonly toKey: string
  /** `moved`: the object at the old key is to be deleted; `cancelled`: the one at the new key is. */
  readonly state: 'copying' | 'moved' | 'cancelled'
}

/** The job that moves an asset's objects. An older worker leaves it alone: it names no `assetId`. Pure. */
export function relocationRequest(assetId: string, delaySeconds = 0): JobRequest {
  const delay = delaySeconds === 0 ? {} : { delaySeconds }
  return { queue: 'rindle_purge', key: relocationKey(assetId), payload: { relocate: assetId }, ...delay }
}

/** Whether the payload of a job asks for the move of an asset's objects. Pure. */
export function isRelocationPayload({ relocate }: JsonObject): boolean {
  return typeof relocate === 'string' && relocate !== ''
}

/**
 * SQL: the keys of an asset's variants and tracks, as `storage_key`. Variants that are being purged are left out: their
 * objects are on their way out. Its parameter `$1` is the asset.
 */
const PARTS = `select storage_key from rindle.media_variants
    where asset_id = $1::uuid and storage_key is not null and state <> 'purged'
  union all select storage_key from rindle.media_tracks where asset_id = $1::uuid`

/**
 * Plans the move of all objects of an asset to keys that no URL leads to, and enqueues the job that does it. An original
 * that lies in place belongs to the application, and stays there. The caller holds the asset's lock.
 */
export async function planRelocation(runtime: Runtime, unit: UnitOfWork, asset: Asset): Promise<void> {
  const assetId = asset.id
  const { rows } = await unit.executeSql(PARTS, [assetId])
  const moves = [
    ...(asset.inPlace ? [] : [{ fromKey: asset.storageKey, toKey: freshOriginalKey(runtime, asset) }]),
    ...rows
      .map((row) => text(row, 'storage_key'))
      .filter(isManagedKey)
      .map((fromKey) => ({ fromKey, toKey: freshKey(fromKey, runtime.randomText()) })),
  ]
  if (moves.length > 0) {
    await unit.executeSql(
      `insert into rindle.media_relocations (to_key, asset_id, from_key)
       select "toKey", $1::uuid, "fromKey" from jsonb_to_recordset($2::jsonb) as move("toKey" text, "fromKey" text)`,
      [assetId, JSON.stringify(moves)],
    )
  }
  // Without a move, too: it deletes replaced objects that wait until their URLs expire.
  unit.enqueue(relocationRequest(assetId))
}

/** An adopted object may have a key of another form. */
function freshOriginalKey(runtime: Runtime, { id, profile, tenant, storageKey, contentType }: Asset): string {
  const random = runtime.randomText()
  if (isManagedKey(storageKey)) return freshKey(storageKey, random)
  return originalKey({ profile, assetId: id, tenant, random, extension: extensionFor(contentType ?? '') })
}

/** Ends the copies that are under way: their objects stay where they are. The caller holds the asset's lock. */
export async function cancelRelocation(unit: UnitOfWork, assetId: string): Promise<void> {
  const { rows } = await unit.executeSql(
    `update rindle.media_relocations set state = 'cancelled' where asset_id = $1::uuid and state = 'copying'
     returning to_key`,
    [assetId],
  )
  if (rows.length > 0) unit.enqueue(relocationRequest(assetId))
}

/** The moves of an asset that are not complete. */
export async function relocationsOf(sql: SqlExecutor, assetId: string): Promise<readonly Relocation[]> {
  const { rows } = await sql.executeSql(
    'select from_key, to_key, state from rindle.media_relocations where asset_id = $1::uuid order by to_key',
    [assetId],
  )
  return rows.map((row: Row) => ({
    fromKey: text(row, 'from_key'),
    toKey: text(row, 'to_key'),
    state: text(row, 'state') as Relocation['state'],
  }))
}
