import { assetById } from '../assets/read.ts'
import type { FailedOutcome } from '../domain/delivery-attempts.ts'
import { failureOf } from '../domain/failures.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { HookHandler } from '../ports/hooks.ts'
import type { RunningJob } from '../ports/jobs.ts'
import type { ClaimedDelivery } from './claim-delivery.ts'
import { HandlerTransaction } from './handler-transaction.ts'
import { markDelivered } from './settle-delivery.ts'

/**
 * Calls a handler. What it writes through `tx` commits together with the mark that the event is handled, so a second
 * run cannot write it twice. Returns `null` when that has happened. A handler that exceeds its time limit has failed;
 * its transaction is rolled back, though the function may still run. Rejects when the worker stops.
 */
export async function callHandler(
  runtime: Runtime,
  job: Pick<RunningJob, 'id' | 'signal'>,
  delivery: ClaimedDelivery,
  handler: HookHandler,
): Promise<FailedOutcome | null> {
  const { handlerTimeoutMs } = runtime.hooks
  const tx = new HandlerTransaction(runtime)
  const limit = AbortSignal.timeout(handlerTimeoutMs)
  const signal = AbortSignal.any([job.signal, limit])
  try {
    const { event, attempt } = delivery
    const asset = await assetById(runtime, event.assetId)
    await endOf(async () => handler({ event, asset, reason: event.reason, attempt, tx, signal }), signal)
    await tx.commit((sql) => markDelivered(sql, job, delivery, null))
    return null
  } catch (error) {
    await tx.rollBack()
    if (job.signal.aborted) throw error
    if (limit.aborted) return timedOut(handlerTimeoutMs)
    const { reason, message } = failureOf(error)
    return { kind: 'failed', status: null, reason: reason === 'processing_failed' ? 'handler_failed' : reason, message }
  }
}

/** Resolves with the work, or rejects as soon as the signal aborts. */
async function endOf(work: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort)
  try {
    signal.throwIfAborted()
    await Promise.race([work(), aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function timedOut(ms: number): FailedOutcome {
  const message = `The handler did not end within ${ms / 1_000} s.`
  return { kind: 'failed', status: null, reason: 'handler_timeout', message }
}
