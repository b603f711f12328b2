import { attemptCall } from '@rindle/core/adapter'
import { type FailedCall, mapError } from './map-error.ts'

/** The options of a request of the SDK. */
export interface SendOptions {
  readonly abortSignal?: AbortSignal
}

/** Sends a request for one call, see `attemptCall`; a failed request rejects with the error of `mapError`. */
export function attempt<T>(
  call: FailedCall,
  signal: AbortSignal | undefined,
  send: (options: SendOptions) => Promise<T>,
): Promise<T> {
  return attemptCall(
    signal,
    () => send(signal === undefined ? {} : { abortSignal: signal }),
    (error) => mapError(error, call),
  )
}
