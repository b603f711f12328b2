import type { JsonObject } from '../domain/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { json, type Row, text, textOrNull, time, timeOrNull } from '../kernel/sql/row-values.ts'
import type { JobSchedule } from '../ports/jobs.ts'
import { MAINTENANCE_QUEUE } from './scheduled-verbs.ts'

/** One run of a task, the last. */
export interface MaintenanceRun {
  /** `processing` also when its process died; the task then begins again. */
  readonly state: 'processing' | 'succeeded' | 'failed'
  /** The process that did it: host and process id. */
  readonly worker: string
  readonly options: JsonObject
  /** Numbers and facts of what the verb reported, lists left out; `null` while it runs, and when it failed. */
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
  /** Since when it is scheduled as it is. */
  readonly since: Date
  /** When it comes next; `null`: never. */
  readonly nextRunAt: Date | null
  /** When it was due first after it last began: in the past, when it is late. */
  readonly dueAt: Date | null
  /** `null`: it has not run yet. */
  readonly lastRun: MaintenanceRun | null
}

/**
 * What is scheduled, sorted by name: when it comes next, when it last ran, and what it did. Changes nothing.
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

/** Pure. */
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
