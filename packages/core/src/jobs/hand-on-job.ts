import { lockAsset } from '../assets/lock.ts'
import { isRelocationPayload } from '../assets/relocation.ts'
import { noteAssetWaiting } from '../assets/wait.ts'
import type { Asset } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { type Failure, failureOf } from '../domain/failures.ts'
import { isDeliverable } from '../domain/states.ts'
import { handedOn, isHandedOn } from '../kernel/handed-on.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import type { DeadJob, RunningJob } from '../ports/jobs.ts'
import { isSubtitlesPayload } from '../tracks/subtitles-request.ts'

/**
 * Lets a new job continue the work of one, under the same key and with a growing delay. An asset notes what its purge, its
 * move into the trash, or the extraction of its subtitles waits for.
 */
export async function handOnJob(runtime: Runtime, job: DeadJob, failure: Failure): Promise<void> {
  const assetId = job.payload['assetId'] ?? job.payload['relocate']
  const isNews = await inTransaction(runtime, undefined, async (unit) => {
    const asset = typeof assetId === 'string' ? await lockAsset(unit, assetId) : null
    unit.enqueue(handedOn(job, failure))
    return asset !== null && waitsForJob(asset, job) ? noteAssetWaiting(unit, asset, failure) : !isHandedOn(job)
  })
  if (!isNews) return
  const { queue } = job
  const { reason, message } = failure
  const fields = { queue, code: reason, ...(typeof assetId === 'string' ? { assetId } : {}) }
  runtime.logger.warn(fields, `A job waits until the cause is gone. ${message}`)
}

/** Whether the row of an asset tells that this job waits. A damaged original has a reason of its own. Pure. */
function waitsForJob({ state, originalDamagedAt }: Asset, { payload }: DeadJob): boolean {
  if (isRelocationPayload(payload)) return state === 'trashed' && originalDamagedAt === null
  if (!isSubtitlesPayload(payload)) return state === 'deleted'
  return isDeliverable(state) && originalDamagedAt === null
}

/**
 * Runs a job that must succeed in the end, such as a purge: its attempts retry a defect, which may pass; when they are
 * used up, or after any other failure, a new job continues.
 */
export async function untilDone(
  runtime: Runtime,
  job: RunningJob,
  work: (job: RunningJob) => Promise<void>,
): Promise<void> {
  try {
    await work(job)
  } catch (error) {
    const failure = failureOf(error)
    const isRetried = failure.kind === 'defect' && !job.isLastAttempt
    // A stopping worker gives the job back.
    if (isRetried || job.signal.aborted) throw error
    await handOnJob(runtime, job, failure)
  }
}

/** The reason to wait for a job whose payload only a newer version knows. */
export function newerJob({ queue }: Pick<DeadJob, 'queue'>): Failure {
  const message = `A job of ${queue} asks for something that this version does not know. Start a worker of the newer version.`
  return failureOf(new RindleError('newer_worker_needed', message))
}

/** The reason to hand on a job whose attempts are used up. */
export function workerDied({ queue }: Pick<DeadJob, 'queue'>): Failure {
  const message = `Every worker that had this job of ${queue} has died, or could not report the result.`
  return failureOf(new RindleError('worker_died', message))
}
