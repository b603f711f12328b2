import { RindleError } from '@rindle/core'

/** The error of work that `signal` has ended; its reason is the cause. */
export function cancelled(signal: AbortSignal): RindleError {
  return new RindleError('variant_processing_cancelled', 'The work on an image was cancelled.', {
    cause: signal.reason,
  })
}

/** Throws `variant_processing_cancelled` once `signal` is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled(signal)
}

/** The result of `work`; rejects at once when `signal` is aborted, and leaves the work to end by itself. */
export async function unlessCancelled<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(cancelled(signal))
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
