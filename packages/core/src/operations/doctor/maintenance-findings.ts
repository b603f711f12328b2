import { counted } from '../../domain/counted.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { Finding } from '../../ports/diagnosis.ts'
import type { JobSchedule } from '../../ports/jobs.ts'
import { MAINTENANCE_QUEUE } from '../scheduled-verbs.ts'

/** Checks that maintenance is scheduled; changes nothing. */
export async function* maintenanceFindings({ jobs, now }: Runtime): AsyncGenerator<Finding> {
  if (jobs.capabilities.has('schedule')) {
    const schedules = (await jobs.schedules()).filter(({ queue }) => queue === MAINTENANCE_QUEUE)
    yield scheduleFinding(schedules, now())
    return
  }
  yield {
    id: 'maintenance.schedule',
    status: 'warn',
    summary: `${jobs.name} jobs have no schedules`,
    fix: 'Run `rindle abort-incomplete-uploads`, `cleanup-orphans` and `verify-storage` from your own scheduler.',
  }
}

/** Judges the schedules. Pure. */
export function scheduleFinding(schedules: readonly JobSchedule[], now: Date): Finding {
  const id = 'maintenance.schedule'
  if (schedules.length === 0) {
    return {
      id,
      status: 'warn',
      summary: 'nothing is scheduled, so abandoned uploads never end and lost objects are never found',
      fix: 'Call rindle.schedule() when the application starts, or run `rindle schedule` once.',
    }
  }
  const times = schedules.flatMap((schedule) => schedule.nextAfter(now)?.getTime() ?? [])
  const next =
    times.length === 0 ? 'none of them is ever due' : `the next at ${new Date(Math.min(...times)).toISOString()}`
  return { id, status: 'ok', summary: `${counted(schedules.length, 'task')}, ${next}` }
}
