/**
 * Does the work of one call of an adapter. An aborted call rejects with the signal's reason, whatever the work made of it,
 * and one that was aborted before it began does nothing; a failed call rejects with what `mapError` makes of the error.
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

/** What a call rejects with that failed with `error`: when it was aborted the reason of its signal, and else the error. */
export function abortedOr(error: unknown, signal: AbortSignal | undefined): unknown {
  return signal?.aborted ? signal.reason : error
}
