import { type FailedCall, mapError } from './map-error.ts'

/** The options of a request of the SDK. */
export interface SendOptions {
  readonly abortSignal?: AbortSignal
}

/**
 * Sends a request for one call. An aborted call rejects with the signal's reason, whatever the SDK returned; a failed
 * request rejects with the error of `mapError`.
 */
export async function attempt<T>(
  call: FailedCall,
  signal: AbortSignal | undefined,
  send: (options: SendOptions) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  try {
    return await send(signal === undefined ? {} : { abortSignal: signal })
  } catch (error) {
    throw signal?.aborted ? signal.reason : mapError(error, call)
  }
}
