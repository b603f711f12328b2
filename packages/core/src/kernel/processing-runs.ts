import type { SqlExecutor } from '@rindle/prisma'
import type { RowReason } from '../domain/reasons.ts'
import type { EndedRunState } from '../domain/states.ts'
import type { Runtime } from './runtime.ts'

/** One attempt of background work, for the audit trail. */
export interface RunStart {
  readonly id: string
  /** The job that does it; if this attempt dies, the job's next one ends it. */
  readonly jobId: string
  readonly assetId: string
  /** `null`: the work is on the asset itself. */
  readonly variantName: string | null
  readonly attempt: number
}

/** Records that attempts have begun. The runs outlive their asset, and are pruned by age. */
export async function startRuns(runtime: Runtime, sql: SqlExecutor, runs: readonly RunStart[]): Promise<void> {
  await sql.executeSql(startingRuns('$1', '$2'), [JSON.stringify(runs), runtime.worker])
}

/**
 * The statement of {@link startRuns}, for a statement that also does something else. `runs` is a JSON array of
 * {@link RunStart}, `worker` that of the runtime. With `moved`, an expression of variants, it records the runs of those
 * alone.
 */
export function startingRuns(runs: `$${number}`, worker: `$${number}`, moved?: string): string {
  return `insert into rindle.media_processing_runs
     (id, asset_id, variant_name, worker, state, attempt, started_at, details)
   select run.id, run."assetId", run."variantName", ${worker}::text, 'processing', run.attempt, now(),
     jsonb_build_object('jobId', run."jobId")
   from jsonb_to_recordset(${runs}::jsonb)
     as run(id uuid, "jobId" text, "assetId" uuid, "variantName" text, attempt int)
   ${moved === undefined ? '' : `where run."variantName" in (select name from ${moved})`}`
}

/** The reason for which an attempt ended. */
export interface RunReason {
  readonly reason: RowReason
  /** The same as a sentence, stored in the details. */
  readonly message?: string
}

/** Records how attempts ended. Runs that have ended already keep their first end. */
export async function finishRuns(
  sql: SqlExecutor,
  runIds: readonly string[],
  state: EndedRunState,
  why: RunReason | null = null,
): Promise<void> {
  const ended = runIds.map((id) => ({ id, state, ...why }))
  await sql.executeSql(finishingRuns('$1'), [JSON.stringify(ended)])
}

/**
 * The statement of {@link finishRuns}, for a statement that also does something else. `parameter` is a JSON array of
 * objects with `id`, `state` and, if there are any, `reason` and `message`.
 */
export function finishingRuns(parameter: `$${number}`): string {
  return `update rindle.media_processing_runs as run
     set state = given.state, error_reason = given.reason, finished_at = now(), updated_at = now(),
       details = run.details || jsonb_strip_nulls(jsonb_build_object('message', given.message))
     from jsonb_to_recordset(${parameter}::jsonb) as given(id uuid, state text, reason text, message text)
     where run.id = given.id and run.state = 'processing'`
}

/**
 * Merges the run of an attempt into the run before it, if both ended for the same reason: a night's outage is one row of
 * the trail, with the end of the last attempt, and the number of attempts as `times` in its details. Runs that ended for
 * different reasons both stay.
 */
export async function mergeRepeatedRun(sql: SqlExecutor, runId: string): Promise<void> {
  await sql.executeSql(
    `with ended as (
       select * from rindle.media_processing_runs where id = $1::uuid and state = 'failed'
     ), earlier as (
       select run.id, run.state, run.error_reason from ended
       join rindle.media_processing_runs as run
         on run.asset_id = ended.asset_id and run.variant_name is not distinct from ended.variant_name
           and run.id <> ended.id and run.created_at <= ended.created_at
       order by run.created_at desc, run.id desc limit 1
     ), merged as (
       update rindle.media_processing_runs as run
       set worker = ended.worker, attempt = ended.attempt, finished_at = ended.finished_at, updated_at = now(),
         details = run.details || ended.details
           || jsonb_build_object('times', coalesce((run.details->>'times')::int, 1) + 1)
       from ended, earlier
       where run.id = earlier.id and earlier.state = 'failed' and earlier.error_reason = ended.error_reason
       returning run.id
     )
     delete from rindle.media_processing_runs where id = $1::uuid and exists (select 1 from merged)`,
    [runId],
  )
}

/** Ends the attempts of cancelled variants: no worker returns to a job that was cancelled and then died. */
export async function cancelRuns(sql: SqlExecutor, assetId: string, variantNames: readonly string[]): Promise<void> {
  await sql.executeSql(
    `update rindle.media_processing_runs
     set state = 'cancelled', error_reason = 'cancelled', finished_at = now(), updated_at = now()
     where asset_id = $1::uuid and state = 'processing'
       and variant_name in (select jsonb_array_elements_text($2::jsonb))`,
    [assetId, JSON.stringify(variantNames)],
  )
}

/**
 * Ends the runs that a job's earlier attempts left open: their worker died, or seemed dead. Reads only open runs, by
 * their own index, so the cost does not grow with the trail.
 */
export async function endDeadRuns(sql: SqlExecutor, jobId: string): Promise<void> {
  await sql.executeSql(
    `update rindle.media_processing_runs
     set state = 'failed', error_reason = 'worker_died', finished_at = now(), updated_at = now()
     where state = 'processing' and details->>'jobId' = $1::text`,
    [jobId],
  )
}
