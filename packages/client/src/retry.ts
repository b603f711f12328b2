import { isClientError } from './client-error.ts'

/** How often an action is tried in all. */
const MAX_TRIES = 8
const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 20_000
/** The client gives up if the server asks it to wait longer. */
const MAX_RETRY_AFTER_MS = 120_000

/**
 * The delay after the `failures`-th failure in a row, or `undefined` to give up. `random` is from 0 to 1, so that
 * clients that failed together do not retry together. Pure.
 */
export function retryDelayMs(error: unknown, failures: number, random: number): number | undefined {
  if (!isClientError(error) || failures >= MAX_TRIES) return undefined
  // RFC 4918: a person repeats a request that met a full disk, never a program.
  if (error.status === 507) return undefined
  // A storage refuses an expired signature like a forged one. A new signature deserves exactly one more try.
  const isWorthIt = error.retryable || (error.code === 'storage_refused' && failures === 1)
  if (!isWorthIt) return undefined
  const backOffMs = random * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** failures)
  if (error.retryAfterMs === undefined) return backOffMs
  return error.retryAfterMs > MAX_RETRY_AFTER_MS ? undefined : error.retryAfterMs + backOffMs
}

/**
 * Repeats `action` until it succeeds, fails for good or is cancelled; then throws the signal's reason. An attempt that
 * `hasProgressed` resets the count of failures.
 */
export async function withRetries<T>(
  signal: AbortSignal | undefined,
  action: () => Promise<T>,
  hasProgressed: () => boolean = () => false,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    signal?.throwIfAborted()
    try {
      return await action()
    } catch (error) {
      signal?.throwIfAborted()
      if (hasProgressed()) failures = 1
      const delayMs = retryDelayMs(error, failures, Math.random())
      if (delayMs === undefined) throw error
      await pause(delayMs, signal)
    }
  }
}

/** Waits; a cancelled wait rejects with the signal's reason. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}
