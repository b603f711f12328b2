import type { SqlExecutor } from '@rindle/prisma'
import { keyFor, mirrorKeys } from '../domain/queues.ts'
import { number, numberOrNull, type Row, text, textOrNull, timeOrNull } from '../kernel/sql/row-values.ts'
import type { JobRequest } from '../ports/jobs.ts'

/** A change that is under way counts as one after so long: its process is dead, or it is a very long write. */
const UNDER_WAY_SECONDS = 900
/** A job that follows changes has so long for each page of them before another takes them over. */
const CLAIM_SECONDS = 120
/** Changes at a time. */
export const PAGE_SIZE = 100

/** A key that the mirrors of a storage have yet to follow. */
export interface MirrorChange {
  readonly key: string
  readonly version: number
  readonly attempts: number
}

/** How far the mirrors of a storage are behind. */
export interface MirrorLag {
  /** Keys that changed and were not followed yet. */
  readonly waiting: number
  /** The time of the oldest of these changes. */
  readonly since: Date | null
  /** Why the last attempt failed: a code. */
  readonly reason: string | null
}

/** The job that lets the mirrors of a storage follow. One is enough for all changes. Pure. */
export function followingOf(storage: string, delaySeconds = 0): JobRequest {
  // Without an asset's id, so that an earlier version does not take it for a purge.
  return {
    queue: 'rindle_purge',
    key: keyFor(mirrorKeys(storage), delaySeconds),
    payload: { mirrorsOf: storage },
    delaySeconds,
  }
}

/** Notes, before the change itself, that keys of a storage change: so that no kill loses it. */
export async function noteUnderWay(sql: SqlExecutor, storage: string, keys: readonly string[]): Promise<void> {
  await note(sql, storage, keys, UNDER_WAY_SECONDS)
}

/** Notes that keys of a storage have changed. */
export async function noteChanged(sql: SqlExecutor, storage: string, keys: readonly string[]): Promise<void> {
  await note(sql, storage, keys, 0)
}

async function note(sql: SqlExecutor, storage: string, keys: readonly string[], seconds: number): Promise<void> {
  await sql.executeSql(
    `insert into rindle.media_mirror_changes as change (storage, storage_key, due_at)
     select $1::text, key, clock_timestamp() + make_interval(secs => $3::float8)
     from (select distinct jsonb_array_elements_text($2::jsonb) as key order by key) as given
     on conflict (storage, storage_key) do update
       set version = change.version + 1, due_at = excluded.due_at, attempts = 0, error_reason = null`,
    [storage, JSON.stringify([...keys]), seconds],
  )
}

/** Takes a page of the changes that are due. They come back unless {@link settleChange} ends them. */
export async function claimChanges(sql: SqlExecutor, storage: string): Promise<readonly MirrorChange[]> {
  const { rows } = await sql.executeSql(
    `update rindle.media_mirror_changes as change set due_at = clock_timestamp() + interval '${CLAIM_SECONDS} seconds'
     from (select storage, storage_key from rindle.media_mirror_changes
       where storage = $1::text and due_at <= clock_timestamp()
       order by due_at limit ${PAGE_SIZE} for update skip locked) as due
     where change.storage = due.storage and change.storage_key = due.storage_key
     returning change.storage_key, change.version, change.attempts`,
    [storage],
  )
  return rows.map((row: Row) => ({
    key: text(row, 'storage_key'),
    version: number(row, 'version'),
    attempts: number(row, 'attempts'),
  }))
}

/**
 * Ends a change. If the key has changed again, or another worker has taken the change over, it is noted anew: this
 * worker may have written what is old by now.
 */
export async function settleChange(sql: SqlExecutor, storage: string, { key, version }: MirrorChange): Promise<void> {
  const { rows } = await sql.executeSql(
    `delete from rindle.media_mirror_changes
     where storage = $1::text and storage_key = $2::text and version = $3::int returning storage_key`,
    [storage, key, version],
  )
  if (rows.length === 0) await noteChanged(sql, storage, [key])
}

/** Gives claimed changes back to the next worker. */
export async function giveBack(sql: SqlExecutor, storage: string, changes: readonly MirrorChange[]): Promise<void> {
  await sql.executeSql(
    `update rindle.media_mirror_changes as change set due_at = clock_timestamp()
     from jsonb_to_recordset($2::jsonb) as given(key text, version int)
     where change.storage = $1::text and change.storage_key = given.key and change.version = given.version`,
    [storage, JSON.stringify(changes)],
  )
}

/** Lets a change wait for the end of an outage. */
export async function putOff(
  sql: SqlExecutor,
  storage: string,
  { key, version }: MirrorChange,
  { seconds, reason }: { readonly seconds: number; readonly reason: string },
): Promise<void> {
  await sql.executeSql(
    `update rindle.media_mirror_changes
     set attempts = attempts + 1, error_reason = $4::text, due_at = clock_timestamp() + make_interval(secs => $5::float8)
     where storage = $1::text and storage_key = $2::text and version = $3::int`,
    [storage, key, version, reason, seconds],
  )
}

/** Seconds until the next change of a storage is due; `null`: there is none. */
export async function secondsUntilNext(sql: SqlExecutor, storage: string): Promise<number | null> {
  const { rows } = await sql.executeSql(
    `select extract(epoch from min(due_at) - clock_timestamp())::float8 as seconds
     from rindle.media_mirror_changes where storage = $1::text`,
    [storage],
  )
  return numberOrNull(rows[0] ?? {}, 'seconds')
}

/** How far the mirrors of a storage are behind; counting stops at ten thousand. */
export async function mirrorLag(sql: SqlExecutor, storage: string): Promise<MirrorLag> {
  const { rows } = await sql.executeSql(
    `select count(*)::int as waiting, min(created_at) as since, max(error_reason) as reason
     from (select created_at, error_reason from rindle.media_mirror_changes
       where storage = $1::text order by due_at limit 10000) as changes`,
    [storage],
  )
  const row = rows[0] ?? {}
  return { waiting: number(row, 'waiting'), since: timeOrNull(row, 'since'), reason: textOrNull(row, 'reason') }
}
