import type { Runtime } from '../kernel/runtime.ts'
import { number } from '../kernel/sql/row-values.ts'
import { IN_FLIGHT } from '../kernel/sql/state-literals.ts'
import { PAGE_SIZE } from './pages.ts'
import { runOperation } from './run-operation.ts'
import { assertSeconds } from './scope.ts'
import { startProgress, type WalkOptions } from './walk.ts'

/** Options of {@link pruneRuns}. */
export interface PruneRunsOptions extends WalkOptions {
  /** Deletes; otherwise it only counts. @default false */
  readonly live?: boolean
  /** The age from which runs are deleted. @default 7776000 (ninety days) */
  readonly olderThanSeconds?: number
}

/** The results of {@link pruneRuns}, or its findings. */
export interface PruneRunsReport {
  /** Runs older than that; in a live run, the number of deleted ones. */
  readonly runsFound: number
  readonly runsDeleted: number
  readonly dryRun: boolean
  readonly interrupted: boolean
}

const DEFAULT_OLDER_THAN_SECONDS = 7_776_000

/** Ended runs by their end; runs that never ended, because their worker was killed, by their start. */
const OLD_RUNS = [
  `finished_at < now() - make_interval(secs => $1::float8) order by finished_at`,
  `state in (${IN_FLIGHT}) and started_at < now() - make_interval(secs => $1::float8) order by started_at, id`,
]

/**
 * Deletes old processing runs, the audit trail of background work, in small transactions. Without `live` it only counts.
 * Safe to repeat and to interrupt. `invalid_input`.
 */
export async function pruneRuns(runtime: Runtime, options: PruneRunsOptions = {}): Promise<PruneRunsReport> {
  const dryRun = !(options.live ?? false)
  return runOperation(runtime, { operation: 'prune_runs', scope: 'all', dry_run: dryRun }, async () => {
    const olderThanSeconds = options.olderThanSeconds ?? DEFAULT_OLDER_THAN_SECONDS
    assertSeconds('olderThanSeconds', olderThanSeconds)
    if (dryRun) {
      return { runsFound: await countOld(runtime, olderThanSeconds), runsDeleted: 0, dryRun, interrupted: false }
    }
    const counts = { runsDeleted: 0 }
    const total = async () => ({ count: await countOld(runtime, olderThanSeconds), isEstimate: false })
    const progress = await startProgress({ ...options, counts, total })
    for (const condition of OLD_RUNS) {
      for (let deleted = PAGE_SIZE; deleted === PAGE_SIZE; ) {
        if (options.signal?.aborted === true) return ended(counts.runsDeleted, true)
        deleted = await deleteBatch(runtime, condition, olderThanSeconds)
        counts.runsDeleted += deleted
        progress.advance(deleted)
        progress.report()
      }
    }
    return ended(counts.runsDeleted, false)
  })
}

function ended(runsDeleted: number, interrupted: boolean): PruneRunsReport {
  return { runsFound: runsDeleted, runsDeleted, dryRun: false, interrupted }
}

async function countOld(runtime: Runtime, olderThanSeconds: number): Promise<number> {
  const counts = OLD_RUNS.map(
    (condition) => `(select count(*) from (select 1 from rindle.media_processing_runs
    where ${condition}) as old)`,
  )
  const { rows } = await runtime.database.executeSql(`select ${counts.join(' + ')} as count`, [olderThanSeconds])
  return number(rows[0] ?? {}, 'count')
}

/** By their place in the table, which the index knows: a match by ids may read the whole table for each batch. */
async function deleteBatch(runtime: Runtime, condition: string, olderThanSeconds: number): Promise<number> {
  const { rows } = await runtime.database.executeSql(
    `delete from rindle.media_processing_runs where ctid = any (array(
       select ctid from rindle.media_processing_runs where ${condition} limit ${PAGE_SIZE}))
     returning id`,
    [olderThanSeconds],
  )
  return rows.length
}
