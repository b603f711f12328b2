import { type JsonObject, RindleError } from '../domain/errors.ts'
import type { DeadJob, RunningJob } from '../ports/jobs.ts'
import { payloadText } from '../rows/payload-text.ts'
import type { Runtime } from '../runtime.ts'
import { operationsOf } from './operations.ts'
import { SCHEDULED_VERBS } from './scheduled-verbs.ts'

/**
 * The job `rindle_maintenance`: one scheduled verb. A worker that stops, or a cancelled job, ends it between two items;
 * it is then taken up again by another worker.
 */
export async function maintain(runtime: Runtime, job: RunningJob): Promise<void> {
  const task = payloadText(job.payload, 'task')
  const verb = SCHEDULED_VERBS.find((name) => name === task)
  if (verb === undefined) {
    throw new RindleError('invalid_input', `There is no maintenance task "${task}". Register the schedule again.`)
  }
  const options = job.payload['options'] as JsonObject
  const report = await operationsOf(runtime)[verb]({ ...options, signal: job.signal })
  runtime.logger.info({ task, ...report }, 'Scheduled maintenance has ended.')
  if (report.interrupted) throw job.signal.reason
}

/** A scheduled verb that failed at every attempt: the next time comes by itself. */
export async function maintenanceDied(runtime: Runtime, job: DeadJob): Promise<void> {
  runtime.logger.error({ task: job.payload['task'] }, 'Scheduled maintenance failed for good; run the verb by hand.')
}
