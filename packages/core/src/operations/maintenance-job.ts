import { type JsonObject, RindleError } from '../domain/errors.ts'
import { failureOf } from '../domain/failures.ts'
import { handOnJob } from '../jobs/hand-on-job.ts'
import { type BegunRun, beginRun, endRun } from '../jobs/maintenance-runs.ts'
import { payloadText } from '../kernel/payload-text.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { RunningJob } from '../ports/jobs.ts'
import { errorFields } from '../ports/logger.ts'
import { operationsOf } from './operations.ts'
import { areKnownOptions } from './schedule.ts'
import { SCHEDULED_VERBS, type ScheduledVerb } from './scheduled-verbs.ts'

/**
 * The job `rindle_maintenance`: runs one scheduled verb, and keeps its result until the next one. A stopping worker, or
 * a cancelled job, ends it between two items; another worker then takes it up again. An outage, or work that only a
 * newer worker knows, hands it on; work that cannot run at all is not retried.
 */
export async function maintain(runtime: Runtime, job: RunningJob): Promise<void> {
  try {
    const verb = knownVerb(runtime, job.payload)
    await runVerb(runtime, job, verb)
  } catch (error) {
    const failure = failureOf(error)
    if (failure.kind === 'defect' || job.signal.aborted) throw error
    if (failure.kind !== 'verdict') return handOnJob(runtime, job, failure)
    const { reason, message } = failure
    runtime.logger.error({ task: job.payload['task'], code: reason }, `Scheduled maintenance cannot run. ${message}`)
  }
}

/** The verb of a payload, if this version and configuration can run it with its options. */
function knownVerb(runtime: Runtime, payload: JsonObject): ScheduledVerb {
  const task = payloadText(payload, 'task')
  const options = payload['options'] as JsonObject
  const verb = SCHEDULED_VERBS.find((name) => name === task)
  if (verb === undefined || !areKnownOptions(verb, options)) {
    const message = `This version does not know the maintenance task "${task}" with these options. Start a newer worker, or register the schedule again.`
    throw new RindleError('newer_worker_needed', message)
  }
  const { storage } = options
  // A newer process may have configured it; a direct call would report a mistyped name.
  if (typeof storage === 'string' && !Object.hasOwn(runtime.storages, storage)) {
    throw new RindleError(
      'unknown_storage',
      `Maintenance is for the storage "${storage}", which is not configured here.`,
    )
  }
  return verb
}

async function runVerb(runtime: Runtime, job: RunningJob, verb: ScheduledVerb): Promise<void> {
  const options = job.payload['options'] as JsonObject
  const run = await beginRun(runtime, verb, options)
  try {
    const report = await operationsOf(runtime)[verb]({ ...options, signal: job.signal })
    if (report.interrupted) job.signal.throwIfAborted()
    await endRun(runtime, run, { state: 'succeeded', report: factsOf(report) })
    runtime.logger.info({ task: verb, ...factsOf(report) }, 'Scheduled maintenance has ended.')
  } catch (error) {
    // A stopping worker gives the job back: another one continues.
    if (!job.signal.aborted) await noteFailure(runtime, run, error)
    throw error
  }
}

/** The error that ended the run matters more than a failure to record it. */
async function noteFailure(runtime: Runtime, run: BegunRun, error: unknown): Promise<void> {
  try {
    await endRun(runtime, run, { state: 'failed', errorReason: failureOf(error).reason })
  } catch (cause) {
    runtime.logger.warn({ task: run.task, ...errorFields(cause) }, 'The failure of maintenance could not be recorded.')
  }
}

/** The part of a report that is stored: it stays small, however much there was to do. Pure. */
function factsOf(report: object): JsonObject {
  return Object.fromEntries(Object.entries(report).filter(([, value]) => typeof value !== 'object' || value === null))
}
