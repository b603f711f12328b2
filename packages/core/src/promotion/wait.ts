import { lockAsset } from '../assets/lock.ts'
import { noteAssetWaiting } from '../assets/wait.ts'
import { type Failure, failureOf } from '../domain/failures.ts'
import { PROMOTION_STATES } from '../domain/states.ts'
import { handedOn, isHandedOn } from '../kernel/handed-on.ts'
import { finishRuns, mergeRepeatedRun } from '../kernel/processing-runs.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import type { DeadJob, RunningJob } from '../ports/jobs.ts'

/**
 * Handles an error that is no verdict about the bytes. The attempts of the job retry a defect, which may pass. When
 * they are used up, or at once after an outage or a lack, a new job continues the work, with a growing delay. Meanwhile
 * the row names what it waits for.
 *
 * A decoder that its own limits kill on these very bytes, again and again, waits as well: reading a header needs hardly
 * any memory, so such a kill says more about the machine than about the file; and an operator sees it.
 */
export async function waitOrRetry(
  runtime: Runtime,
  job: RunningJob,
  { assetId, runId }: { readonly assetId: string; readonly runId: string },
  error: unknown,
): Promise<void> {
  const failure = failureOf(error)
  await finishRuns(runtime.database, [runId], job.signal.aborted ? 'cancelled' : 'failed', failure)
  // A stopping worker gives the job back; that says nothing about anything.
  if (job.signal.aborted) throw error
  if (isHandedOn(job)) await mergeRepeatedRun(runtime.database, runId)
  const isRetried = failure.kind === 'defect' && !job.isLastAttempt
  await waitForPromotion(runtime, job, assetId, failure, isRetried)
  if (isRetried) throw error
}

/** Lets a new job continue a promotion, unless this one is retried, and notes the reason to wait in the row. */
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
    const isOtherReason = await noteAssetWaiting(unit, asset, failure)
    if (isRetried) return false
    unit.enqueue(handedOn(job, failure))
    return isOtherReason || !isHandedOn(job)
  })
  // An attempt that is tried again is told of as such.
  if (!isNews) return
  const { reason, message } = failure
  runtime.logger.warn({ assetId, code: reason }, `A promotion waits until the cause is gone. ${message}`)
}
