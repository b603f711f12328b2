import type { SqlExecutor } from '@rindle/prisma'
import { promoteKey, purgeKey } from '../../domain/queues.ts'
import type { NormalizedRecipe } from '../../domain/recipes.ts'
import type { JobRequest } from '../../ports/jobs.ts'
import { json, type Row, text } from '../../rows/row-values.ts'
import type { Runtime } from '../../runtime.ts'
import { jobsFor } from '../../variants/plan.ts'
import type { Found, StatusClass } from './report.ts'
import { foundRows, type SnapshotScope } from './snapshot-classes.ts'

/** Rows of one class whose jobs are asked for: what has lost its job is older than what waits its turn. */
const MOST_EXAMINED = 1_000
const DEFAULT_OLDER_THAN_SECONDS = 300

const WAITS = `updated_at < now() - make_interval(secs => $2::float8)`
const ORDER = `order by updated_at, id limit ${MOST_EXAMINED}`
const COMMON = `null::uuid as session_id, state, error_reason as reason, updated_at as at, updated_at::text as version,
  extract(epoch from now() - updated_at)::float8 as age_seconds`

interface WaitingClass {
  readonly class: StatusClass
  readonly table: 'media_assets' | 'media_variants'
  readonly sql: string
  readonly request: (row: Row) => Pick<JobRequest, 'queue' | 'key'>
}

const assets = (states: string): string => `select id, id as asset_id, null::text as name, ${COMMON}
  from rindle.media_assets where state in (${states}) and ${WAITS} and ($1::text is null or profile = $1::text) ${ORDER}`
const variants = (state: string): string => `select id, asset_id, name, recipe, ${COMMON}
  from rindle.media_variants where state = '${state}' and ${WAITS} and ($1::text is null or exists (
    select 1 from rindle.media_assets as asset where asset.id = asset_id and asset.profile = $1::text)) ${ORDER}`

const CLASSES: readonly WaitingClass[] = [
  {
    class: 'stuck_asset',
    table: 'media_assets',
    sql: assets(`'validating', 'analyzing', 'promoting'`),
    request: (row) => ({ queue: 'rindle_promote', key: promoteKey(text(row, 'id')) }),
  },
  {
    class: 'stuck_asset',
    table: 'media_assets',
    sql: assets(`'deleted'`),
    request: (row) => ({ queue: 'rindle_purge', key: purgeKey(text(row, 'id')) }),
  },
  { class: 'queue_starved', table: 'media_variants', sql: variants('queued'), request: variantJob },
  { class: 'orphan_suspect', table: 'media_variants', sql: variants('processing'), request: variantJob },
]

function variantJob(row: Row): Pick<JobRequest, 'queue' | 'key'> {
  const [request] = jobsFor(text(row, 'asset_id'), [{ recipe: json<NormalizedRecipe>(row, 'recipe') }])
  return request as JobRequest
}

/** Rows that wait for a job, the oldest of each class. */
export type Waiting = ReadonlyMap<WaitingClass, readonly Row[]>

/** Reads what has been waiting for long, within the transaction of the snapshot. */
export async function readWaiting(tx: SqlExecutor, { profile, olderThanSeconds }: SnapshotScope): Promise<Waiting> {
  const waiting = new Map<WaitingClass, readonly Row[]>()
  for (const waitingClass of CLASSES) {
    const values = [profile, olderThanSeconds ?? DEFAULT_OLDER_THAN_SECONDS]
    waiting.set(waitingClass, (await tx.executeSql(waitingClass.sql, values)).rows)
  }
  return waiting
}

/**
 * Of what waits, what no job will come for. The queue has connections of its own and so is not in the snapshot: what
 * looks forsaken is looked at again, because its job may have ended in between.
 */
export async function forsaken(runtime: Runtime, waiting: Waiting, limit: number): Promise<readonly Found[]> {
  const byClass = new Map<StatusClass, { rows: Row[]; isCut: boolean }>()
  for (const [waitingClass, rows] of waiting) {
    const known = byClass.get(waitingClass.class) ?? { rows: [], isCut: false }
    const without = await unchanged(runtime, waitingClass, await withoutJob(runtime, waitingClass, rows))
    known.rows.push(...without)
    known.isCut ||= rows.length === MOST_EXAMINED && without.length > 0
    byClass.set(waitingClass.class, known)
  }
  return [...byClass].map(([statusClass, { rows, isCut }]) => {
    const oldestFirst = rows.toSorted((a, b) => Number(b['age_seconds']) - Number(a['age_seconds']))
    return { ...foundRows(statusClass, oldestFirst.slice(0, limit), rows.length), isAtLeast: isCut }
  })
}

async function withoutJob(runtime: Runtime, { request }: WaitingClass, rows: readonly Row[]): Promise<readonly Row[]> {
  const byQueue = Map.groupBy(rows, (row) => request(row).queue)
  const forsakenRows: Row[] = []
  for (const [queue, own] of byQueue) {
    const live = await runtime.jobs.findLive(
      queue,
      own.map((row) => request(row).key),
    )
    forsakenRows.push(...own.filter((row) => !live.has(request(row).key)))
  }
  return forsakenRows
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
