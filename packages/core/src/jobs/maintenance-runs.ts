import type { JsonObject } from '../domain/errors.ts'
import type { RowReason } from '../domain/reasons.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { time } from '../kernel/sql/row-values.ts'

/** A task's run that has begun. */
export interface BegunRun {
  readonly task: string
  readonly startedAt: Date
}

/** The end of a run. */
export type RunEnd =
  | { readonly state: 'succeeded'; readonly report: JsonObject }
  | { readonly state: 'failed'; readonly errorReason: RowReason }

/** Records that a run of a task has begun, in place of the previous run. */
export async function beginRun(runtime: Runtime, task: string, options: JsonObject): Promise<BegunRun> {
  const { rows } = await runtime.database.executeSql(
    `insert into rindle.media_maintenance_runs (task, worker, state, options, started_at)
     values ($1::text, $2::text, 'processing', $3::jsonb, date_trunc('milliseconds', clock_timestamp()))
     on conflict (task) do update set worker = excluded.worker, state = excluded.state, options = excluded.options,
       report = null, error_reason = null, started_at = excluded.started_at, finished_at = null
     returning started_at`,
    [task, runtime.worker, JSON.stringify(options)],
  )
  return { task, startedAt: time(rows[0] ?? {}, 'started_at') }
}

/** Records how a run ended, unless another run of its task has begun since. */
export async function endRun(runtime: Runtime, { task, startedAt }: BegunRun, end: RunEnd): Promise<void> {
  await runtime.database.executeSql(
    `update rindle.media_maintenance_runs
     set state = $3::text, report = $4::jsonb, error_reason = $5::text, finished_at = clock_timestamp()
     where task = $1::text and started_at = $2::timestamptz`,
    [
      task,
      startedAt.toISOString(),
      end.state,
      'report' in end ? JSON.stringify(end.report) : null,
      'errorReason' in end ? end.errorReason : null,
    ],
  )
}

/** Records that the run of a task ended with its worker. A run that survives still records its end. */
export async function endDeadRun(runtime: Runtime, task: string): Promise<void> {
  await runtime.database.executeSql(
    `update rindle.media_maintenance_runs
     set state = 'failed', error_reason = 'worker_died', finished_at = clock_timestamp()
     where task = $1::text and state = 'processing'`,
    [task],
  )
}
