import { RindleError } from '@rindle/core'

/** Returns the error for work that `signal` has ended; the signal's reason is the cause. */
export function cancelled(signal: AbortSignal): RindleError {
  return new RindleError('variant_processing_cancelled', 'The work of FFmpeg was cancelled.', { cause: signal.reason })
}

/** Throws `variant_processing_cancelled` once `signal` is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled(signal)
}
