import type { JsonObject } from '../domain/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { json, type Row, text, textOrNull, time, timeOrNull } from '../kernel/sql/row-values.ts'
import type { JobSchedule } from '../ports/jobs.ts'
import { MAINTENANCE_QUEUE } from './scheduled-verbs.ts'

/** The last run of a task. */
export interface MaintenanceRun {
  /** `processing` also when its process died; the task then starts again. */
  readonly state: 'processing' | 'succeeded' | 'failed'
  /** The process that ran it: host and process id. */
  readonly worker: string
  readonly options: JsonObject
  /** Numbers and facts of the verb's report, without lists; `null` while it runs, and when it failed. */
  readonly report: JsonObject | null
  /** The code of the error that ended it. */
  readonly errorReason: string | null
  readonly startedAt: Date
  readonly finishedAt: Date | null
}

/** A task of the scheduled maintenance. */
export interface ScheduledTask {
  /** The verb: "verifyStorage". */
  readonly task: string
  /** Five fields, in UTC. */
  readonly cron: string
  readonly options: JsonObject
  /** The time since which it has this schedule. */
  readonly since: Date
  /** The time of its next run; `null`: never. */
  readonly nextRunAt: Date | null
  /** The first due time after its last start: in the past when it is late. */
  readonly dueAt: Date | null
  /** `null`: it has not run yet. */
  readonly lastRun: MaintenanceRun | null
}

/**
 * Lists the scheduled tasks by name: the next run, the last run, and its results. Changes nothing.
 * `capability_unsupported` where the jobs adapter has no schedules.
 */
export async function scheduledMaintenance(
  runtime: Runtime,
  now: Date = runtime.now(),
): Promise<readonly ScheduledTask[]> {
  const schedules = (await runtime.jobs.schedules()).filter(({ queue }) => queue === MAINTENANCE_QUEUE)
  if (schedules.length === 0) return []
  const { rows } = await runtime.database.executeSql('select * from rindle.media_maintenance_runs limit 1000')
  const runs = new Map(rows.map((row) => [text(row, 'task'), runOf(row)]))
  return schedules.map((schedule) => taskOf(schedule, runs.get(schedule.name) ?? null, now))
}

/** One schedule with its last run. Pure. */
function taskOf(schedule: JobSchedule, lastRun: MaintenanceRun | null, now: Date): ScheduledTask {
  const { name: task, cron, since, payload } = schedule
  const begun = lastRun !== null && lastRun.startedAt > since ? lastRun.startedAt : since
  return {
    task,
    cron,
    options: (payload['options'] ?? {}) as JsonObject,
    since,
    nextRunAt: schedule.nextAfter(now),
    dueAt: schedule.nextAfter(begun),
    lastRun,
  }
}

function runOf(row: Row): MaintenanceRun {
  return {
    state: text(row, 'state') as MaintenanceRun['state'],
    worker: text(row, 'worker'),
    options: json(row, 'options'),
    report: json<JsonObject | null>(row, 'report'),
    errorReason: textOrNull(row, 'error_reason'),
    startedAt: time(row, 'started_at'),
    finishedAt: timeOrNull(row, 'finished_at'),
  }
}
