/** The default time limit of an application's scanner or analyzer for one file. */
const DEFAULT_TIMEOUT_MS = 15 * 60_000

/**
 * Runs code of the application with a signal that aborts at the time limit or with `signal`. Does not wait any longer
 * then, so that code that ignores its signal blocks nobody.
 */
export async function withinTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: { readonly timeoutMs?: number | undefined; readonly signal: AbortSignal },
): Promise<T> {
  signal.throwIfAborted()
  const abort = new AbortController()
  const ended = Promise.withResolvers<never>()
  const end = (reason: unknown): void => {
    abort.abort(reason)
    ended.reject(reason)
  }
  const onAbort = (): void => end(signal.reason)
  const timer = setTimeout(() => end(new Error(`It took longer than ${timeoutMs / 1_000} s.`)), timeoutMs)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work(abort.signal), ended.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
