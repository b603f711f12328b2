import type { CheckStatus, Finding } from '../../ports/diagnosis.ts'
import type { Diagnosis } from './diagnosis.ts'
import { reasonOf } from './reason-of.ts'

// Time to remove test objects after the checks themselves took too long.
const CLEANUP_TIMEOUT_MS = 5_000

/** A finding with its component and its duration. */
interface TimedCheck {
  readonly check: Finding & { readonly component: string }
  readonly durationUs: number
}

/** The limits of a diagnosis. */
export interface Limits {
  readonly signal: AbortSignal
  /** For each check. */
  readonly timeoutMs: number
}

class TimedOut extends Error {}

/**
 * Runs the checks of a diagnosis. Never rejects: a check that throws or takes too long becomes an error, and the last
 * one of its diagnosis; when `signal` aborts, it ends silently.
 */
export async function* runDiagnosis(diagnosis: Diagnosis, limits: Limits): AsyncGenerator<TimedCheck> {
  const { component } = diagnosis
  const ending = new AbortController()
  const findings = findingsOf(diagnosis, AbortSignal.any([limits.signal, ending.signal]))
  for (;;) {
    const startedAt = performance.now()
    const timed = (finding: Finding): TimedCheck => ({
      check: { ...finding, component },
      durationUs: Math.round((performance.now() - startedAt) * 1_000),
    })
    try {
      const next = await within(findings.next(), limits)
      if (next.done === true) return
      yield timed(next.value)
    } catch (error) {
      ending.abort(error)
      const ended = Promise.allSettled([findings.return(undefined)])
      if (diagnosis.cleansUp === true) await withinCleanup(ended)
      if (!limits.signal.aborted) yield timed(broken(diagnosis, error, limits.timeoutMs))
      return
    }
  }
}

/** Begins inside the generator, so that a synchronous throw of `run` is caught like the rest. */
async function* findingsOf({ run }: Diagnosis, signal: AbortSignal): AsyncGenerator<Finding, void> {
  yield* run({ signal })
}

/** Rejects with the signal's reason when that aborts, and with {@link TimedOut} when the work takes too long. */
async function within<T>(work: Promise<T>, { signal, timeoutMs }: Limits): Promise<T> {
  signal.throwIfAborted()
  const { promise: cut, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort)
  const timer = setTimeout(() => reject(new TimedOut()), timeoutMs)
  try {
    return await Promise.race([work, cut])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

/** Waits for clean-up to end. The log has its result, if it matters. */
async function withinCleanup(ended: Promise<unknown>): Promise<void> {
  const { promise: cut, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, CLEANUP_TIMEOUT_MS)
  await Promise.race([ended, cut])
  clearTimeout(timer)
}

function broken({ id }: Diagnosis, error: unknown, timeoutMs: number): Finding {
  const status: CheckStatus = 'error'
  if (error instanceof TimedOut) {
    const summary = `did not end within ${timeoutMs / 1_000} s`
    return { id, status, summary, fix: 'Check that the other side is running and reachable from here, and try again.' }
  }
  return { id, status, summary: `could not be checked: ${reasonOf(error)}`, fix: 'Remove the cause and try again.' }
}
