import { attemptCall } from '@rindle/core/adapter'
import { type FailedCall, mapError } from './map-error.ts'

/** What a request of the SDK is sent with. */
export interface SendOptions {
  readonly abortSignal?: AbortSignal
}

/** Sends a request for one call, see `attemptCall`; a failed request rejects with what `mapError` says. */
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
