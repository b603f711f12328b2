import type { SqlExecutor } from '@rindle/prisma'
import { fetchKey, promoteKey, purgeKey, relocationKey } from '../../domain/queues.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { workFromRow } from '../../kernel/sql/entities-from-rows.ts'
import { type Row, text } from '../../kernel/sql/row-values.ts'
import { DELIVERABLE, IN_PROMOTION, IN_RELOCATION } from '../../kernel/sql/state-literals.ts'
import type { JobRequest } from '../../ports/jobs.ts'
import { subtitlesRequest } from '../../tracks/subtitles-request.ts'
import { jobsFor } from '../../variants/plan.ts'
import { IN_PROFILE, IS_IN_PROFILE, IS_OLDER } from './conditions.ts'
import { type Found, foundAll, type StatusClass } from './report.ts'
import { exampleOf, type SnapshotScope } from './snapshot-classes.ts'

/** The most rows of one class whose jobs are looked up: rows without a job are older than rows that wait their turn. */
const MOST_EXAMINED = 1_000

/** An attempt at a promotion reads, hashes and copies one file: this is enough for hundreds of gigabytes. */
const LONGEST_ATTEMPT = `interval '1 hour'`

/** A class of rows with work, found by whether a job exists for them. */
interface WaitingClass {
  readonly class: StatusClass
  /** `gone`: no job will come for them. `live`: one comes, again and again. */
  readonly job: 'gone' | 'live'
  readonly table: 'media_assets' | 'media_variants'
  /** The oldest rows. Takes the profile as `$1` and the threshold in seconds as `$2`. */
  readonly sql: string
  readonly request: (row: Row) => Pick<JobRequest, 'queue' | 'key'>
}

const PROMOTION = `state in (${IN_PROMOTION})`
const PURGE = `state = 'deleted'`
/** Assets whose subtitles are still to be extracted, and can be: a damaged original is a class of its own. */
const SUBTITLES = `subtitles_wanted_at is not null and original_damaged_at is null and state in (${DELIVERABLE})`

const COLUMNS = `null::uuid as session_id, state, error_reason as reason, error_message as message,
  updated_at::text as version`
const since = (column: string): string => `extract(epoch from now() - ${column})::float8 as age_seconds`
const oldest = (column: string): string => `order by ${column}, id limit ${MOST_EXAMINED}`

const assets = (condition: string): string => `
  select id, id as asset_id, null::text as name, ${COLUMNS}, ${since('updated_at')}
  from rindle.media_assets where ${condition} and ${IS_OLDER('updated_at')} and ${IS_IN_PROFILE}
  ${oldest('updated_at')}`
const variants = (condition: string, column: string): string => `
  select id, asset_id, name, queue, work_class, ${COLUMNS}, ${since(column)}
  from rindle.media_variants where ${condition} and ${IS_OLDER(column)} and ${IN_PROFILE} ${oldest(column)}`

/** Assets whose rows say that their work waits. */
const waitingAssets = (condition: string): string => `
  select id, id as asset_id, null::text as name, ${COLUMNS}, ${since('waiting_since')}
  from rindle.media_assets
  where waiting_since is not null and ${condition} and ${IS_OLDER('waiting_since')} and ${IS_IN_PROFILE}
  ${oldest('waiting_since')}`

/** Promotions that wait, and those whose last attempt failed or does not end. */
const STUCK_PROMOTIONS = `
  (${waitingAssets(PROMOTION)})
  union all
  (select asset.id, asset.id as asset_id, null::text as name, null::uuid as session_id, asset.state,
     coalesce(attempt.error_reason, 'still_running') as reason, asset.error_message as message,
     asset.updated_at::text as version, ${since('asset.updated_at')}
   from (select * from rindle.media_assets
     where ${PROMOTION} and waiting_since is null and ${IS_OLDER('updated_at')} and ${IS_IN_PROFILE}
     ${oldest('updated_at')}) as asset
   join lateral (
     select state, error_reason, started_at from rindle.media_processing_runs as run
     where run.asset_id = asset.id and variant_name is null order by created_at desc limit 1) as attempt
   on attempt.state = 'failed' or (attempt.state = 'processing' and attempt.started_at < now() - ${LONGEST_ATTEMPT}))`

/** Uploads from URLs that are under way. */
const FETCHES = `
  select id, id as asset_id, null::text as name, ${COLUMNS}, ${since('updated_at')}
  from rindle.media_assets
  where id in (select asset_id from rindle.media_upload_sessions
      where fetch_source is not null and ${IS_OLDER('updated_at')})
    and ${IS_OLDER('updated_at')} and ${IS_IN_PROFILE} ${oldest('updated_at')}`

const CLASSES: readonly WaitingClass[] = [
  { class: 'stuck_promotion', job: 'live', table: 'media_assets', sql: STUCK_PROMOTIONS, request: promotionJob },
  { class: 'stuck_asset', job: 'gone', table: 'media_assets', sql: assets(PROMOTION), request: promotionJob },
  { class: 'stuck_asset', job: 'gone', table: 'media_assets', sql: assets(PURGE), request: purgeJob },
  { class: 'waiting_work', job: 'live', table: 'media_assets', sql: waitingAssets(PURGE), request: purgeJob },
  { class: 'stuck_asset', job: 'gone', table: 'media_assets', sql: assets(IN_RELOCATION), request: relocationJob },
  {
    class: 'waiting_work',
    job: 'live',
    table: 'media_assets',
    sql: waitingAssets(`state = 'trashed'`),
    request: relocationJob,
  },
  { class: 'stuck_asset', job: 'gone', table: 'media_assets', sql: assets(SUBTITLES), request: subtitlesJob },
  {
    class: 'waiting_work',
    job: 'live',
    table: 'media_assets',
    sql: waitingAssets(SUBTITLES),
    request: subtitlesJob,
  },
  { class: 'stuck_asset', job: 'gone', table: 'media_assets', sql: FETCHES, request: fetchJob },
  // Only a download is waited for in this state.
  {
    class: 'waiting_work',
    job: 'live',
    table: 'media_assets',
    sql: waitingAssets(`state = 'staged'`),
    request: fetchJob,
  },
  variantClass('waiting_work', 'live', variants('waiting_since is not null', 'waiting_since')),
  variantClass('queue_starved', 'gone', variants(`state = 'queued'`, 'updated_at')),
  variantClass('orphan_suspect', 'gone', variants(`state = 'processing'`, 'updated_at')),
]

function variantClass(statusClass: StatusClass, job: WaitingClass['job'], sql: string): WaitingClass {
  const requestOf = (row: Row): JobRequest => {
    const [request] = jobsFor(text(row, 'asset_id'), [workFromRow(row)])
    return request as JobRequest
  }
  return { class: statusClass, job, table: 'media_variants', sql, request: requestOf }
}

function relocationJob(row: Row): Pick<JobRequest, 'queue' | 'key'> {
  return { queue: 'rindle_purge', key: relocationKey(text(row, 'id')) }
}

function promotionJob(row: Row): Pick<JobRequest, 'queue' | 'key'> {
  return { queue: 'rindle_promote', key: promoteKey(text(row, 'id')) }
}

function fetchJob(row: Row): Pick<JobRequest, 'queue' | 'key'> {
  return { queue: 'rindle_fetch', key: fetchKey(text(row, 'id')) }
}

function purgeJob(row: Row): Pick<JobRequest, 'queue' | 'key'> {
  return { queue: 'rindle_purge', key: purgeKey(text(row, 'id')) }
}

function subtitlesJob(row: Row): JobRequest {
  return subtitlesRequest(text(row, 'id'))
}

/** Rows that wait for a job, or whose job waits, the oldest of each class. */
export type Waiting = ReadonlyMap<WaitingClass, readonly Row[]>

/** Reads the rows that have waited for long, within the transaction of the snapshot. */
export async function readWaiting(tx: SqlExecutor, { profile, settings }: SnapshotScope): Promise<Waiting> {
  const waiting = new Map<WaitingClass, readonly Row[]>()
  for (const waitingClass of CLASSES) {
    const values = [profile, settings.thresholdOf(waitingClass.class)]
    waiting.set(waitingClass, (await tx.executeSql(waitingClass.sql, values)).rows)
  }
  return waiting
}

/**
 * Finds the waiting rows that no job will come for, and those whose job does not succeed. The queue has its own
 * connections and so is not in the snapshot: a row that looks abandoned is read again, because its job may have ended
 * in between.
 */
export async function waitingClasses(runtime: Runtime, waiting: Waiting, limit: number): Promise<readonly Found[]> {
  const byClass = new Map<StatusClass, { rows: Row[]; isCut: boolean }>()
  for (const [waitingClass, rows] of waiting) {
    const known = byClass.get(waitingClass.class) ?? { rows: [], isCut: false }
    const own = await belonging(runtime, waitingClass, rows)
    known.rows.push(...own)
    known.isCut ||= rows.length >= MOST_EXAMINED && own.length > 0
    byClass.set(waitingClass.class, known)
  }
  return [...byClass].map(([statusClass, { rows, isCut }]) => ({
    ...foundAll(statusClass, rows.map(exampleOf), limit),
    isAtLeast: isCut,
  }))
}

async function belonging(runtime: Runtime, waitingClass: WaitingClass, rows: readonly Row[]): Promise<readonly Row[]> {
  const live: Row[] = []
  const gone: Row[] = []
  for (const [queue, own] of Map.groupBy(rows, (row) => waitingClass.request(row).queue)) {
    const keyOf = (row: Row): string => waitingClass.request(row).key
    const liveKeys = await runtime.jobs.findLive(queue, own.map(keyOf))
    for (const row of own) (liveKeys.has(keyOf(row)) ? live : gone).push(row)
  }
  return waitingClass.job === 'live' ? live : unchanged(runtime, waitingClass, gone)
}

async function unchanged(runtime: Runtime, { table }: WaitingClass, rows: readonly Row[]): Promise<readonly Row[]> {
  if (rows.length === 0) return []
  const { rows: current } = await runtime.database.executeSql(
    `select id, updated_at::text as version from rindle.${table}
     where id in (select value::uuid from jsonb_array_elements_text($1::jsonb))`,
    [JSON.stringify(rows.map((row) => text(row, 'id')))],
  )
  const versions = new Map(current.map((row) => [text(row, 'id'), text(row, 'version')]))
  return rows.filter((row) => versions.get(text(row, 'id')) === row['version'])
}
