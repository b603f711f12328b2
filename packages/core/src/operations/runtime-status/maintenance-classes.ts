import type { Runtime } from '../../kernel/runtime.ts'
import { type ScheduledTask, scheduledMaintenance } from '../scheduled-maintenance.ts'
import { type Found, foundAll, NO_SUBJECT, type StatusExample } from './report.ts'
import type { StatusSettings } from './settings.ts'

/** Finds problems of the scheduled maintenance; none, where the jobs adapter has no schedules. */
export async function maintenanceClasses(
  runtime: Runtime,
  now: Date,
  settings: StatusSettings,
): Promise<readonly Found[]> {
  if (!runtime.jobs.capabilities.has('schedule')) return []
  return foundIn(await scheduledMaintenance(runtime, now), now, settings)
}

/** The problems of these tasks. Pure. */
function foundIn(tasks: readonly ScheduledTask[], now: Date, { limit, thresholdOf }: StatusSettings): readonly Found[] {
  const overdue = tasks.flatMap(({ task, dueAt }) => longAgo({ ...NO_SUBJECT, task }, dueAt, now))
  const failed = tasks.flatMap(({ task, lastRun }) =>
    lastRun?.state === 'failed'
      ? longAgo({ ...NO_SUBJECT, task, state: lastRun.state, reason: lastRun.errorReason }, lastRun.finishedAt, now)
      : [],
  )
  const isLate = ({ ageSeconds }: StatusExample): boolean => (ageSeconds ?? 0) >= thresholdOf('maintenance_overdue')
  const isOld = ({ ageSeconds }: StatusExample): boolean => (ageSeconds ?? 0) >= thresholdOf('maintenance_failed')
  return [
    foundAll('maintenance_unscheduled', tasks.length === 0 ? [NO_SUBJECT] : [], limit),
    foundAll('maintenance_overdue', overdue.filter(isLate), limit),
    foundAll('maintenance_failed', failed.filter(isOld), limit),
  ]
}

/** The example with its age; no example where that lies ahead. */
function longAgo(example: StatusExample, time: Date | null, now: Date): readonly StatusExample[] {
  if (time === null || time > now) return []
  return [{ ...example, ageSeconds: Math.round((now.getTime() - time.getTime()) / 1_000) }]
}
