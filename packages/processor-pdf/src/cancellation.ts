import { RindleError } from '@rindle/core'

/** The error of work that `signal` has ended; its reason is the cause. */
export function cancelled(signal: AbortSignal): RindleError {
  return new RindleError('variant_processing_cancelled', 'The work on a PDF was cancelled.', { cause: signal.reason })
}

/** Throws `variant_processing_cancelled` once `signal` is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled(signal)
}
