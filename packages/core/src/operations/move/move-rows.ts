import { deletionAfter } from '../../assets/delayed-deletion.ts'
import { lockAsset } from '../../assets/lock.ts'
import { deletionOfMoved } from '../../assets/moved-objects.ts'
import { NOTIFY_ASSET } from '../../events/changes.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { boolean, json, type Row, text } from '../../kernel/sql/row-values.ts'
import { inTransaction } from '../../kernel/unit-of-work.ts'
import { IS_BUSY, MOVABLE, type MovableAsset, SIGNATURE } from './movable-assets.ts'

/**
 * Notes that a move copies objects of these assets into a storage, so that a purge finds them there even if the move is
 * killed. Leaves out assets whose former objects there are being deleted. Returns the ids of the others. The job that
 * deletes what is left behind is enqueued here, once for all of them.
 */
export async function beginMoves(
  runtime: Runtime,
  ids: readonly string[],
  to: string,
  keepSeconds: number,
): Promise<ReadonlySet<string>> {
  return inTransaction(runtime, undefined, async (unit) => {
    const { rows } = await unit.executeSql(
      `insert into rindle.media_moves as move (asset_id, storage)
       select id, $2::text from rindle.media_assets
       where id in (select jsonb_array_elements_text($1::jsonb)::uuid) and not in_place order by id for key share
       on conflict (asset_id, storage) do update set delete_after = null where not move.is_deleting
       returning asset_id`,
      [JSON.stringify(ids), to],
    )
    unit.enqueue(deletionOfMoved(keepSeconds))
    return new Set(rows.map((row: Row) => text(row, 'asset_id')))
  })
}

/** The assets whose move has begun and did not end. */
export interface Unmoved {
  /** Nothing of them was copied. */
  readonly untouched: readonly string[]
  /** Copies of them are in the storage. */
  readonly touched: readonly string[]
}

/** Takes back {@link beginMoves}: copies that were made are deleted by the job, unless the next run is sooner. */
export async function endMoves({ database }: Runtime, { untouched, touched }: Unmoved, to: string): Promise<void> {
  if (untouched.length + touched.length === 0) return
  await database.executeSql(
    `with forgotten as (
       delete from rindle.media_moves
       where storage = $3::text and delete_after is null and keys = '{}'
         and asset_id in (select jsonb_array_elements_text($1::jsonb)::uuid))
     update rindle.media_moves as move set delete_after = clock_timestamp()
     from rindle.media_assets as asset
     where asset.id = move.asset_id and asset.storage <> move.storage
       and move.storage = $3::text and move.delete_after is null
       and (move.keys <> '{}' or move.asset_id in (select jsonb_array_elements_text($2::jsonb)::uuid))
       and move.asset_id in (select jsonb_array_elements_text($1::jsonb || $2::jsonb)::uuid)`,
    [JSON.stringify(untouched), JSON.stringify(touched), to],
  )
}

/**
 * The end of an asset's move. `changed`: a worker or a person has changed it meanwhile, so look again. `busy`: a worker
 * makes a variant of it, or it is promoted again. `gone`: it is deleted.
 */
export type MoveEnd = 'moved' | 'changed' | 'busy' | 'gone'

/**
 * Lets the rows of an asset name the new storage, in one transaction: unless anything about its objects has changed since
 * it was read. Its objects in the old storage are due for deletion when the last URL of them has expired.
 */
export async function finishMove(
  runtime: Runtime,
  asset: MovableAsset,
  { to, etag, keepSeconds }: { readonly to: string; readonly etag: string; readonly keepSeconds: number },
): Promise<MoveEnd> {
  const { id, storage: from, original, parts, purgedKeys, signature } = asset
  return inTransaction(runtime, undefined, async (unit) => {
    const current = await lockAsset(unit, id)
    if (current === null || current.state === 'deleted') return 'gone'
    if (current.storage !== from || current.storageKey !== original.key) return 'changed'
    const keys = [original.key, ...parts.map(({ key }) => key), ...purgedKeys]
    // A second statement: the first may have waited for the lock, and would not see what happened until then.
    const { rows } = await unit.executeSql(
      `with moved as (
         update rindle.media_assets as asset set storage = $2::text, etag = $3::text, updated_at = now()
         where id = $1::uuid and not in_place and state in (${MOVABLE})
           and ${SIGNATURE} = $4::text and not ${IS_BUSY}
         returning asset.id, ${NOTIFY_ASSET}),
       arrived as (
         delete from rindle.media_moves using moved
         where asset_id = moved.id and storage = $2::text returning keys),
       left_behind as (
         insert into rindle.media_moves as move (asset_id, storage, keys, delete_after)
         select id, $5::text, (select array_agg(key) from jsonb_array_elements_text($6::jsonb) as key),
           clock_timestamp() + make_interval(secs => $7::float8) from moved
         on conflict (asset_id, storage) do update
           set keys = move.keys || excluded.keys, delete_after = excluded.delete_after, is_deleting = false)
       select exists (select 1 from moved) as is_moved,
         (select ${IS_BUSY} or state not in (${MOVABLE}) from rindle.media_assets as asset where id = $1::uuid) as is_busy,
         coalesce((select to_jsonb(keys) from arrived), '[]'::jsonb) as former_keys`,
      [id, to, etag, signature, from, JSON.stringify(keys), keepSeconds],
    )
    const [row = {}] = rows
    if (!boolean(row, 'is_moved')) return boolean(row, 'is_busy') ? 'busy' : 'changed'
    // It was in this storage before, and has left objects there that are not its own any more.
    for (const storageKey of json<readonly string[]>(row, 'former_keys')) {
      if (keys.includes(storageKey)) continue
      unit.enqueue(deletionAfter(keepSeconds, { assetId: id, storage: to, storageKey }))
    }
    return 'moved'
  })
}
