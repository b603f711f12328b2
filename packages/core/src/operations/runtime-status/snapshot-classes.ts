import type { SqlExecutor } from '@rindle/prisma'
import { number, type Row, text, textOrNull } from '../../rows/row-values.ts'
import { DELIVERABLE, OPEN_SESSION } from '../../rows/state-literals.ts'
import type { Found, StatusClass, StatusExample } from './report.ts'

/** Rows of one class that are counted; behind them counting stops, so that the report takes no longer. */
export const MOST_COUNTED = 10_000

/** What a class looks at. */
export interface SnapshotScope {
  readonly profile: string | null
  /** `undefined`: the default of each class. */
  readonly olderThanSeconds: number | undefined
  /** Examples. */
  readonly limit: number
  /** The application's clock, which sets the time of upload sessions. */
  readonly now: Date
  /** Content types that an installed processor reads. */
  readonly probedTypes: readonly string[]
}

/** One class that a single statement finds: its oldest rows, as `id, asset_id, name, session_id, state, reason, at`. */
interface SnapshotClass {
  readonly class: StatusClass
  readonly defaultOlderThanSeconds: number
  readonly rows: string
}

const UNATTACHED_SECONDS = 604_800

// $1 profile, $2 seconds, $4 the application's time, $5 content types, $6 an id. States are literals: only so does the database
// use the partial indexes that know these few rows.
const IS_OLDER = (column: string): string => `${column} < now() - make_interval(secs => $2::float8)`
const IN_PROFILE = `($1::text is null or exists (
  select 1 from rindle.media_assets as asset where asset.id = asset_id and asset.profile = $1::text))`

const variantsIn = (state: string): string => `
  select id, asset_id, name, null::uuid as session_id, state, error_reason as reason, updated_at as at
  from rindle.media_variants where state = '${state}' and ${IS_OLDER('updated_at')} and ${IN_PROFILE}
  order by updated_at, id limit ${MOST_COUNTED}`

const sessionsIn = (state: string): string => `
  select id, asset_id, null::text as name, id as session_id, state, failure_reason as reason, updated_at as at
  from rindle.media_upload_sessions where state = '${state}' and ${IS_OLDER('updated_at')} and ${IN_PROFILE}
  order by updated_at, id limit ${MOST_COUNTED}`

const overdueSessions = (isResumable: boolean): string => `
  select id, asset_id, null::text as name, id as session_id, state, failure_reason as reason, expires_at as at
  from rindle.media_upload_sessions
  where state in (${OPEN_SESSION})
    and expires_at < $4::timestamptz - make_interval(secs => $2::float8)
    and upload_strategy ${isResumable ? '=' : '<>'} 'resumable' and ${IN_PROFILE}
  order by expires_at, id limit ${MOST_COUNTED}`

const ASSET_ROW = `id, id as asset_id, null::text as name, null::uuid as session_id, state, error_reason as reason,
  updated_at as at`

/** The reasons by which earlier versions refused files for an outage, and not for their bytes. */
const OF_OUTAGE = 'promotion_failed:%'

const quarantinedFor = (condition: string): string => `select ${ASSET_ROW} from rindle.media_assets
  where state = 'quarantined' and ${IS_OLDER('updated_at')} and ($1::text is null or profile = $1::text) and ${condition}
  order by updated_at, id limit ${MOST_COUNTED}`

/** What the index `media_assets_unprobed_idx` holds, to the letter. */
const UNPROBED = `state in (${DELIVERABLE}) and (kind is null
    or (kind = 'image' and width is null) or (kind = 'video' and (width is null or duration_ms is null))
    or (kind = 'audio' and duration_ms is null))`

const CLASSES: readonly SnapshotClass[] = [
  { class: 'failed_work', defaultOlderThanSeconds: 0, rows: variantsIn('failed') },
  { class: 'cancelled_work', defaultOlderThanSeconds: 0, rows: variantsIn('cancelled') },
  { class: 'storage_drift', defaultOlderThanSeconds: 0, rows: variantsIn('missing') },
  { class: 'expired_session', defaultOlderThanSeconds: 0, rows: sessionsIn('expired') },
  { class: 'failed_session', defaultOlderThanSeconds: 0, rows: sessionsIn('failed') },
  { class: 'overdue_session', defaultOlderThanSeconds: 0, rows: overdueSessions(false) },
  { class: 'resumable_stale', defaultOlderThanSeconds: 0, rows: overdueSessions(true) },
  {
    class: 'quarantined_asset',
    defaultOlderThanSeconds: 0,
    rows: quarantinedFor(`coalesce(error_reason, '') not like '${OF_OUTAGE}'`),
  },
  {
    class: 'refused_by_outage',
    defaultOlderThanSeconds: 0,
    rows: quarantinedFor(`error_reason like '${OF_OUTAGE}'`),
  },
  {
    class: 'probe_drift',
    defaultOlderThanSeconds: 0,
    // What no processor reads stays unknown, and is cut before it is filtered.
    rows: `select ${ASSET_ROW} from (select * from rindle.media_assets
        where ${UNPROBED} and ${IS_OLDER('updated_at')} order by updated_at, id limit ${MOST_COUNTED}) as asset
      where ($1::text is null or profile = $1::text)
        and content_type in (select jsonb_array_elements_text($5::jsonb))`,
  },
  {
    class: 'unattached_asset',
    defaultOlderThanSeconds: UNATTACHED_SECONDS,
    // Of both ends, because to look at all takes long: where purges run, what is left is young; where none do, it is
    // everywhere.
    rows: `select ${ASSET_ROW} from (
        (select id, profile, state, error_reason, updated_at from rindle.media_assets order by id limit ${MOST_COUNTED})
        union
        (select id, profile, state, error_reason, updated_at from rindle.media_assets where id < $6::uuid
         order by id desc limit ${MOST_COUNTED})) as asset
      where state in (${DELIVERABLE}) and ${IS_OLDER('updated_at')} and ($1::text is null or profile = $1::text)
        and not exists (select 1 from rindle.media_attachments as attachment where attachment.asset_id = asset.id)`,
  },
]

/** What one statement each finds, within the transaction of the snapshot. */
export async function snapshotClasses(tx: SqlExecutor, scope: SnapshotScope): Promise<readonly Found[]> {
  const found: Found[] = []
  for (const snapshotClass of CLASSES) found.push(await rowsOf(tx, snapshotClass, scope))
  return found
}

async function rowsOf(tx: SqlExecutor, snapshotClass: SnapshotClass, scope: SnapshotScope): Promise<Found> {
  const olderThanSeconds = scope.olderThanSeconds ?? snapshotClass.defaultOlderThanSeconds
  // All take the same parameters, and PostgreSQL refuses one that a statement does not name.
  const { rows } = await tx.executeSql(
    `with found as materialized (${snapshotClass.rows})
     select *, extract(epoch from now() - at)::float8 as age_seconds, (select count(*) from found)::int as total,
       $4::timestamptz as application_time, $5::jsonb as probed_types, $6::uuid as youngest_id
     from found order by at, id limit $3::int`,
    [
      scope.profile,
      olderThanSeconds,
      scope.limit,
      scope.now.toISOString(),
      JSON.stringify(scope.probedTypes),
      firstIdAt(new Date(scope.now.getTime() - olderThanSeconds * 1_000)),
    ],
  )
  return foundRows(snapshotClass.class, rows, rows[0] === undefined ? 0 : number(rows[0], 'total'))
}

/** What a statement found whose rows are the oldest of `count`. Pure. */
export function foundRows(statusClass: StatusClass, rows: readonly Row[], count: number): Found {
  const examples = rows.map(exampleOf)
  return {
    class: statusClass,
    count,
    isAtLeast: count >= MOST_COUNTED,
    oldestAgeSeconds: examples[0]?.ageSeconds ?? null,
    examples,
  }
}

/** One row as an example. Pure. */
export function exampleOf(row: Row): StatusExample {
  return {
    assetId: text(row, 'asset_id'),
    variantName: textOrNull(row, 'name'),
    sessionId: textOrNull(row, 'session_id'),
    queue: null,
    state: textOrNull(row, 'state'),
    reason: textOrNull(row, 'reason'),
    ageSeconds: Math.max(0, Math.round(number(row, 'age_seconds'))),
  }
}

/** The smallest UUIDv7 of a moment. Pure. */
function firstIdAt(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}
