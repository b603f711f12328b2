import { lockAsset } from '../assets/lock.ts'
import { noteWaiting } from '../assets/wait.ts'
import { type Failure, failureOf } from '../domain/failures.ts'
import { PROMOTION_STATES } from '../domain/states.ts'
import { handedOn } from '../kernel/handed-on.ts'
import { finishRuns } from '../kernel/processing-runs.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import type { DeadJob, RunningJob } from '../ports/jobs.ts'

/**
 * After an error that is no verdict about the bytes. What may be a passing defect is tried again by the attempts of its
 * job; when these are used up, and after an outage or a lack at once, a new job goes on with the work, later each time.
 * Meanwhile the row says what it waits for.
 *
 * A decoder that is killed by its own bounds on these very bytes, again and again, waits as well: a header is read in
 * no memory worth mentioning, so that says more of the machine than of the file; and a person sees it.
 */
export async function waitOrRetry(
  runtime: Runtime,
  job: RunningJob,
  { assetId, runId }: { readonly assetId: string; readonly runId: string },
  error: unknown,
): Promise<void> {
  const failure = failureOf(error)
  await finishRuns(runtime.database, [runId], job.signal.aborted ? 'cancelled' : 'failed', failure)
  // A worker that is being stopped gives the job back; that says nothing about anything.
  if (job.signal.aborted) throw error
  const isRetried = failure.kind === 'defect' && !job.isLastAttempt
  await waitForPromotion(runtime, job, assetId, failure, isRetried)
  if (isRetried) throw error
}

/** Lets a new job go on with a promotion, unless this one is tried again, and notes in the row what it waits for. */
export async function waitForPromotion(
  runtime: Runtime,
  job: DeadJob,
  assetId: string,
  failure: Failure,
  isRetried = false,
): Promise<void> {
  const isNews = await inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset === null || !PROMOTION_STATES.includes(asset.state)) return false
    if (!isRetried) unit.enqueue(handedOn(job, failure))
    return noteWaiting(unit, asset, failure)
  })
  if (!isNews) return
  const { reason, message } = failure
  runtime.logger.warn({ assetId, code: reason }, `A promotion waits, and goes on when the cause is gone. ${message}`)
}
