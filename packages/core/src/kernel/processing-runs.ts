import type { SqlExecutor } from '@rindle/prisma'
import type { RowReason } from '../domain/reasons.ts'
import type { EndedRunState } from '../domain/states.ts'
import type { Runtime } from './runtime.ts'

/** One attempt of background work, as the audit trail will keep it. */
export interface RunStart {
  readonly id: string
  /** The job that does it, in whose next attempt it is ended if this one dies. */
  readonly jobId: string
  readonly assetId: string
  /** `null`: the work is on the asset itself. */
  readonly variantName: string | null
  readonly attempt: number
}

/** Writes down that attempts have begun. They outlive their asset, and are pruned by age. */
export async function startRuns(runtime: Runtime, sql: SqlExecutor, runs: readonly RunStart[]): Promise<void> {
  await sql.executeSql(
    `insert into rindle.media_processing_runs
       (id, asset_id, variant_name, worker, state, attempt, started_at, details)
     select id, "assetId", "variantName", $2::text, 'processing', attempt, now(), jsonb_build_object('jobId', "jobId")
     from jsonb_to_recordset($1::jsonb) as run(id uuid, "jobId" text, "assetId" uuid, "variantName" text, attempt int)`,
    [JSON.stringify(runs), runtime.worker],
  )
}

/** Why an attempt ended as it did. */
export interface RunReason {
  readonly reason: RowReason
  /** The same as a sentence, kept in the details. */
  readonly message?: string
}

/** Writes down how attempts ended. Runs that have ended already keep their first end. */
export async function finishRuns(
  sql: SqlExecutor,
  runIds: readonly string[],
  state: EndedRunState,
  why: RunReason | null = null,
): Promise<void> {
  await sql.executeSql(
    `update rindle.media_processing_runs
     set state = $2::text, error_reason = $3::text, finished_at = now(), updated_at = now(),
       details = details || jsonb_strip_nulls(jsonb_build_object('message', $4::text))
     where id in (select value::uuid from jsonb_array_elements_text($1::jsonb)) and state = 'processing'`,
    [JSON.stringify(runIds), state, why?.reason ?? null, why?.message ?? null],
  )
}

/** Ends the attempts at variants that are cancelled: nobody comes again for a job that was cancelled and then died. */
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
 * Ends what earlier attempts of a job have left open: their worker died, or was taken for dead. Only open runs are
 * looked at, which an index holds apart, so this costs no more when the trail is long.
 */
export async function endDeadRuns(sql: SqlExecutor, jobId: string): Promise<void> {
  await sql.executeSql(
    `update rindle.media_processing_runs
     set state = 'failed', error_reason = 'worker_died', finished_at = now(), updated_at = now()
     where state = 'processing' and details->>'jobId' = $1::text`,
    [jobId],
  )
}
