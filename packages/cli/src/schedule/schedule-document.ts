import type { JsonObject, MaintenanceRun, ScheduledTask } from '@rindle/core'
import { snakeCased } from './snake-cased.ts'

/** A task of the scheduled maintenance as JSON. Pure. */
export function scheduleDocument({ task, cron, options, since, nextRunAt, dueAt, lastRun }: ScheduledTask): JsonObject {
  return {
    task,
    cron,
    options: snakeCased(options),
    since: since.toISOString(),
    next_run_at: nextRunAt?.toISOString() ?? null,
    due_at: dueAt?.toISOString() ?? null,
    last_run: lastRun === null ? null : runDocument(lastRun),
  }
}

function runDocument({
  state,
  worker,
  options,
  report,
  errorReason,
  startedAt,
  finishedAt,
}: MaintenanceRun): JsonObject {
  return {
    state,
    worker,
    options: snakeCased(options),
    report: report === null ? null : snakeCased(report),
    error_reason: errorReason,
    started_at: startedAt.toISOString(),
    finished_at: finishedAt?.toISOString() ?? null,
  }
}
