import type { SqlExecutor } from '@rindle/prisma'
import { number, type Row, textOrNull } from '../../kernel/sql/row-values.ts'
import { DELIVERABLE, OPEN_SESSION } from '../../kernel/sql/state-literals.ts'
import { IN_PROFILE, IS_IN_PROFILE, IS_OLDER } from './conditions.ts'
import { HOOK_CLASSES } from './hook-classes.ts'
import { type Found, NO_SUBJECT, type StatusExample } from './report.ts'
import type { StatusSettings } from './settings.ts'
import { bothEnds, MOST_COUNTED, type Search, type SnapshotClass } from './snapshot-class.ts'
import { VARIANT_CLASSES } from './variant-classes.ts'

/** The scope of a snapshot. */
export interface SnapshotScope {
  readonly profile: string | null
  readonly settings: StatusSettings
  /** The application's clock, which sets the times of upload sessions. */
  readonly now: Date
  /** Content types that an installed processor reads. */
  readonly probedTypes: readonly string[]
  /** The names of the variants that each profile in scope declares. */
  readonly declared: Readonly<Record<string, readonly string[]>>
}

// $1 profile, $2 seconds, $4 the application's time, $5 content types, $7 an id. States are literals: only literals let
// the database use the partial indexes for these few rows.

const SESSION_ROW = `id, asset_id, null::text as name, id as session_id, state, failure_reason as reason,
  null::text as message`

const sessionsIn = (state: string): string => `
  select ${SESSION_ROW}, updated_at as at
  from rindle.media_upload_sessions where state = '${state}' and ${IS_OLDER('updated_at')} and ${IN_PROFILE}
  order by updated_at, id limit ${MOST_COUNTED}`

const overdueSessions = (isResumable: boolean): string => `
  select ${SESSION_ROW}, expires_at as at
  from rindle.media_upload_sessions
  where state in (${OPEN_SESSION})
    and expires_at < $4::timestamptz - make_interval(secs => $2::float8)
    and upload_strategy ${isResumable ? '=' : '<>'} 'resumable' and ${IN_PROFILE}
  order by expires_at, id limit ${MOST_COUNTED}`

const ASSET_ROW = `id, id as asset_id, null::text as name, null::uuid as session_id, state, error_reason as reason,
  error_message as message`

/** The reasons with which earlier versions refused files because of an outage, not because of their bytes. */
const OF_OUTAGE = 'promotion_failed:%'

const quarantinedFor = (condition: string): string => `select ${ASSET_ROW}, updated_at as at from rindle.media_assets
  where state = 'quarantined' and ${IS_OLDER('updated_at')} and ${IS_IN_PROFILE} and ${condition}
  order by updated_at, id limit ${MOST_COUNTED}`

/** Exactly the condition of the index `media_assets_unprobed_idx`. */
const UNPROBED = `state in (${DELIVERABLE}) and (kind is null
    or (kind = 'image' and width is null) or (kind = 'video' and (width is null or duration_ms is null))
    or (kind = 'audio' and duration_ms is null))`

/** The rows among these that lack facts of a probe. A header need not tell the duration of sound. */
const NEVER_PROBED = `(kind is null or (kind in ('image', 'video') and width is null)
  or (kind = 'audio' and has_audio_track is null))`

const damagedOriginals = (isLost: boolean): Search => ({
  ...bothEnds('media_assets', {
    columns: 'id, profile, state, error_reason, error_message, original_damaged_at',
    where: `original_damaged_at is not null and ${IS_OLDER('original_damaged_at')}`,
    time: 'original_damaged_at',
  }),
  found: `select ${ASSET_ROW}, original_damaged_at as at from candidates
    where state in (${DELIVERABLE}) and (error_reason = 'original_missing') is ${isLost ? 'true' : 'not true'}
      and ${IS_IN_PROFILE}`,
})

/** The storage stands in the message. */
const movesWhere = (condition: string, order: string, state: string): string => `
  select move.asset_id as id, move.asset_id, null::text as name, null::uuid as session_id, '${state}' as state,
    null::text as reason, 'Storage "' || move.storage || '"' as message, move.created_at as at
  from rindle.media_moves as move
  where ${condition} and ${IS_OLDER('move.created_at')} and ($1::text is null or exists (
    select 1 from rindle.media_assets as asset where asset.id = move.asset_id and asset.profile = $1::text))
  order by move.${order} limit ${MOST_COUNTED}`

const notAttached = (assetId: string): string => `not exists (
  select 1 from rindle.media_attachments as attachment where attachment.asset_id = ${assetId})`

const CLASSES: readonly SnapshotClass[] = [
  ...VARIANT_CLASSES,
  ...HOOK_CLASSES,
  { class: 'lost_original', ...damagedOriginals(true) },
  { class: 'damaged_original', ...damagedOriginals(false) },
  { class: 'unfinished_move', candidates: movesWhere('delete_after is null', 'created_at', 'copying') },
  { class: 'moved_objects', candidates: movesWhere('delete_after is not null', 'delete_after', 'moved') },
  {
    class: 'mirror_lag',
    candidates: `select null::uuid as id, null::uuid as asset_id, null::text as name, null::uuid as session_id,
        'waiting' as state, error_reason as reason, 'Storage "' || storage || '", ' || storage_key as message,
        created_at as at
      from rindle.media_mirror_changes where ${IS_OLDER('created_at')} and $1::text is null
      order by storage, due_at limit ${MOST_COUNTED}`,
  },
  { class: 'expired_session', candidates: sessionsIn('expired') },
  {
    class: 'failed_session',
    candidates: sessionsIn('failed'),
    // A released file's session keeps its state; a quarantined file is reported as such.
    found: `select candidates.* from candidates join lateral (
        select 1 from rindle.media_assets where id = candidates.asset_id and state = 'staged' limit 1) as refused on true
      where ${notAttached('candidates.asset_id')}`,
  },
  { class: 'overdue_session', candidates: overdueSessions(false) },
  { class: 'resumable_stale', candidates: overdueSessions(true) },
  {
    class: 'expired_staging',
    candidates: `select ${ASSET_ROW}, updated_at as at from rindle.media_assets
      where state = 'staged' and ${IS_OLDER('updated_at')} and ${IS_IN_PROFILE}
      order by updated_at, id limit ${MOST_COUNTED}`,
    found: `select * from candidates where not exists (
      select 1 from rindle.media_upload_sessions as upload
      where upload.asset_id = candidates.id and upload.state in (${OPEN_SESSION}))`,
  },
  {
    class: 'quarantined_asset',
    candidates: quarantinedFor(`coalesce(error_reason, '') not like '${OF_OUTAGE}'`),
  },
  {
    class: 'refused_by_outage',
    candidates: quarantinedFor(`error_reason like '${OF_OUTAGE}'`),
  },
  {
    class: 'probe_drift',
    // Files that no processor reads stay unknown; the page is cut before they are filtered out.
    candidates: `select * from rindle.media_assets
      where ${UNPROBED} and ${IS_OLDER('updated_at')} order by updated_at, id limit ${MOST_COUNTED}`,
    found: `select ${ASSET_ROW}, updated_at as at from candidates
      where ${NEVER_PROBED} and ${IS_IN_PROFILE}
        and content_type in (select jsonb_array_elements_text($5::jsonb))`,
  },
  {
    class: 'unattached_asset',
    // From both ends, because reading all takes long: where purges run, the rest is young; where none do, it is
    // everywhere.
    candidates: `
      (select id, profile, state, error_reason, error_message, updated_at from rindle.media_assets
       order by id limit ${MOST_COUNTED})
      union
      (select id, profile, state, error_reason, error_message, updated_at from rindle.media_assets where id < $7::uuid
       order by id desc limit ${MOST_COUNTED})`,
    most: 2 * MOST_COUNTED,
    found: `select ${ASSET_ROW}, updated_at as at from candidates
      where state in (${DELIVERABLE}) and ${IS_OLDER('updated_at')} and ${IS_IN_PROFILE} and ${notAttached('candidates.id')}`,
  },
]

/** Runs the classes with one statement each, within the transaction of the snapshot. */
export async function snapshotClasses(tx: SqlExecutor, scope: SnapshotScope): Promise<readonly Found[]> {
  const found: Found[] = []
  for (const snapshotClass of CLASSES) found.push(await rowsOf(tx, snapshotClass, scope))
  return found
}

async function rowsOf(tx: SqlExecutor, snapshotClass: SnapshotClass, scope: SnapshotScope): Promise<Found> {
  const olderThanSeconds = scope.settings.thresholdOf(snapshotClass.class)
  return search(tx, snapshotClass, { ...scope, limit: scope.settings.limit, olderThanSeconds })
}

/** The scope of a search. */
export interface SearchScope extends SnapshotScope {
  readonly olderThanSeconds: number
  /** Examples. */
  readonly limit: number
}

/** Finds the rows of a class, within the transaction of the snapshot. */
export async function search(tx: SqlExecutor, snapshotClass: SnapshotClass, scope: SearchScope): Promise<Found> {
  const { candidates, found = 'select * from candidates', most = MOST_COUNTED } = snapshotClass
  // All take the same parameters, and PostgreSQL refuses one that a statement does not name.
  const { rows } = await tx.executeSql(
    `with candidates as materialized (${candidates}), found as materialized (${found})
     select *, extract(epoch from now() - at)::float8 as age_seconds, (select count(*) from found)::int as total,
       (select count(*) from candidates)::int as examined, $1::text as profile_name, $2::float8 as older_than,
       $4::timestamptz as application_time, $5::jsonb as probed_types, $6::jsonb as declared, $7::uuid as youngest_id
     from found order by at, id limit $3::int`,
    [
      scope.profile,
      scope.olderThanSeconds,
      scope.limit,
      scope.now.toISOString(),
      JSON.stringify(scope.probedTypes),
      JSON.stringify(scope.declared),
      firstIdAt(new Date(scope.now.getTime() - scope.olderThanSeconds * 1_000)),
    ],
  )
  const [first] = rows
  const examples = rows.map(exampleOf)
  return {
    class: snapshotClass.class,
    count: first === undefined ? 0 : number(first, 'total'),
    isAtLeast: first !== undefined && number(first, 'examined') >= most,
    oldestAgeSeconds: examples[0]?.ageSeconds ?? null,
    examples,
  }
}

/** One row as an example. Pure. */
export function exampleOf(row: Row): StatusExample {
  return {
    ...NO_SUBJECT,
    assetId: textOrNull(row, 'asset_id'),
    variantName: textOrNull(row, 'name'),
    sessionId: textOrNull(row, 'session_id'),
    target: textOrNull(row, 'target'),
    eventId: textOrNull(row, 'event_id'),
    state: textOrNull(row, 'state'),
    reason: textOrNull(row, 'reason'),
    message: textOrNull(row, 'message'),
    ageSeconds: Math.max(0, Math.round(number(row, 'age_seconds'))),
  }
}

/** The smallest UUIDv7 of a moment. Pure. */
function firstIdAt(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}
