import { attemptCall, type StorageCall } from '@rindle/core/adapter'
import type { AzureContainer } from './azure-container.ts'
import { mapError } from './map-error.ts'

/** The time limit of a call, for one that waits for its caller meanwhile. */
export interface CallClock {
  /** Stops the clock. */
  pause(): void
  /** Starts it from zero. */
  restart(): void
}

/**
 * Sends the requests of one call, see `attemptCall`; a failed request rejects with the error of `mapError`. The client
 * rejects with an error of its own when it is aborted, by the caller or by the time limit.
 */
export async function attempt<T>(
  { config }: AzureContainer,
  call: StorageCall,
  signal: AbortSignal | undefined,
  send: (abortSignal: AbortSignal, clock: CallClock) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const begin = (): NodeJS.Timeout => setTimeout(() => late.abort(), config.timeoutMs)
  let timer = begin()
  const pause = (): void => clearTimeout(timer)
  const restart = (): void => {
    pause()
    timer = begin()
  }
  try {
    return await attemptCall(
      signal,
      () => send(signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]), { pause, restart }),
      (error) => mapError(error, call),
    )
  } finally {
    pause()
  }
}
