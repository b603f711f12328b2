import { isRindleError, type JsonObject, RindleError } from '../domain/errors.ts'
import type { DeadJob, RunningJob } from '../ports/jobs.ts'
import { payloadText } from '../rows/payload-text.ts'
import type { Runtime } from '../runtime.ts'
import { type BegunRun, beginRun, endDeadRun, endRun } from './maintenance-runs.ts'
import { operationsOf } from './operations.ts'
import { SCHEDULED_VERBS } from './scheduled-verbs.ts'

/**
 * The job `rindle_maintenance`: one scheduled verb, whose result is kept until the next one. A worker that stops, or a
 * cancelled job, ends it between two items; it is then taken up again by another worker.
 */
export async function maintain(runtime: Runtime, job: RunningJob): Promise<void> {
  const task = payloadText(job.payload, 'task')
  const verb = SCHEDULED_VERBS.find((name) => name === task)
  if (verb === undefined) {
    throw new RindleError('invalid_input', `There is no maintenance task "${task}". Register the schedule again.`)
  }
  const options = job.payload['options'] as JsonObject
  const run = await beginRun(runtime, task, options)
  try {
    const report = await operationsOf(runtime)[verb]({ ...options, signal: job.signal })
    if (report.interrupted) job.signal.throwIfAborted()
    await endRun(runtime, run, { state: 'succeeded', report: factsOf(report) })
    runtime.logger.info({ task, ...factsOf(report) }, 'Scheduled maintenance has ended.')
  } catch (error) {
    // A worker that is being stopped gives the job back: another one goes on with it.
    if (!job.signal.aborted) await noteFailure(runtime, run, error)
    throw error
  }
}

/** What ended the run is more telling than why that could not be written down. */
async function noteFailure(runtime: Runtime, run: BegunRun, error: unknown): Promise<void> {
  try {
    await endRun(runtime, run, { state: 'failed', errorReason: isRindleError(error) ? error.code : 'unexpected' })
  } catch (cause) {
    runtime.logger.warn({ task: run.task, error: String(cause) }, 'That maintenance failed could not be written down.')
  }
}

/** A scheduled verb that failed at every attempt: the next time comes by itself. */
export async function maintenanceDied(runtime: Runtime, job: DeadJob): Promise<void> {
  const task = payloadText(job.payload, 'task')
  await endDeadRun(runtime, task)
  runtime.logger.error(
    { task, code: 'maintenance_failed' },
    'Scheduled maintenance failed for good; run the verb by hand.',
  )
}

/** What of a report is kept: it stays small, however much there was to do. Pure. */
function factsOf(report: object): JsonObject {
  return Object.fromEntries(Object.entries(report).filter(([, value]) => typeof value !== 'object' || value === null))
}
