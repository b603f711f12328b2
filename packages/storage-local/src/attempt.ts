import { type FailedCall, mapError } from './map-error.ts'

/**
 * Does the file work of one call. An aborted call rejects with the signal's reason, whatever the work made of it; a
 * failed system call with what `mapError` says.
 */
export async function attempt<T>(
  call: FailedCall,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  try {
    return await work()
  } catch (error) {
    throw signal?.aborted ? signal.reason : mapError(error, call)
  }
}
