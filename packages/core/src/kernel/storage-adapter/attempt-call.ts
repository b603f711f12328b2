/**
 * Runs the work of one call of an adapter. An aborted call rejects with the signal's reason, whatever the work returned; a
 * call that was aborted before it began does no work. A failed call rejects with the error of `mapError`.
 */
export async function attemptCall<T>(
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
  mapError: (error: unknown) => unknown,
): Promise<T> {
  signal?.throwIfAborted()
  try {
    return await work()
  } catch (error) {
    throw signal?.aborted ? signal.reason : await mapError(error)
  }
}

/** Returns the signal's reason if the call was aborted, and else the error with which it failed. */
export function abortedOr(error: unknown, signal: AbortSignal | undefined): unknown {
  return signal?.aborted ? signal.reason : error
}
