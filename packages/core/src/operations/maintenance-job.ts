import { type JsonObject, RindleError } from '../domain/errors.ts'
import { failureOf } from '../domain/failures.ts'
import { handOnJob } from '../jobs/hand-on-job.ts'
import type { DeadJob, RunningJob } from '../ports/jobs.ts'
import { payloadText } from '../rows/payload-text.ts'
import type { Runtime } from '../runtime.ts'
import { operationsOf } from './operations.ts'
import { areKnownOptions } from './schedule.ts'
import { SCHEDULED_VERBS } from './scheduled-verbs.ts'

/**
 * The job `rindle_maintenance`: one scheduled verb. A worker that stops, or a cancelled job, ends it between two items;
 * it is then taken up again by another worker. An outage, and what only a newer worker knows, hands it on; what cannot
 * be done at all is not tried again.
 */
export async function maintain(runtime: Runtime, job: RunningJob): Promise<void> {
  try {
    await runVerb(runtime, job)
  } catch (error) {
    const failure = failureOf(error)
    if (failure.kind === 'defect' || job.signal.aborted) throw error
    if (failure.kind !== 'verdict') return handOnJob(runtime, job, failure)
    const { reason, message } = failure
    runtime.logger.error({ task: job.payload['task'], reason }, `Scheduled maintenance cannot be done. ${message}`)
  }
}

async function runVerb(runtime: Runtime, job: RunningJob): Promise<void> {
  const task = payloadText(job.payload, 'task')
  const verb = SCHEDULED_VERBS.find((name) => name === task)
  const options = job.payload['options'] as JsonObject
  if (verb === undefined || !areKnownOptions(verb, options)) {
    const message = `This version does not know the maintenance task "${task}" with these options. Start a newer worker, or register the schedule again.`
    throw new RindleError('newer_worker_needed', message)
  }
  const { storage } = options
  // What a newer process has configured; a verb that is called says that it is mistyped.
  if (typeof storage === 'string' && !Object.hasOwn(runtime.storages, storage)) {
    throw new RindleError(
      'unknown_storage',
      `Maintenance is for the storage "${storage}", which is not configured here.`,
    )
  }
  const report = await operationsOf(runtime)[verb]({ ...options, signal: job.signal })
  runtime.logger.info({ task, ...report }, 'Scheduled maintenance has ended.')
  if (report.interrupted) throw job.signal.reason
}

/** A scheduled verb that failed at every attempt: the next time comes by itself. */
export async function maintenanceDied(runtime: Runtime, job: DeadJob): Promise<void> {
  runtime.logger.error({ task: job.payload['task'] }, 'Scheduled maintenance failed for good; run the verb by hand.')
}
