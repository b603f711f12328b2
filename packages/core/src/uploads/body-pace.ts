import type { RindleError } from '../domain/errors.ts'
import { uploadRejected } from '../domain/upload-rejected.ts'

/** How slowly a body may come. */
export interface BodyLimits {
  /** How long its sender may stand still, in milliseconds. @default 60000 */
  readonly idleTimeoutMs?: number
  /**
   * The least rate, on average over the time that was spent waiting for its sender, with `idleTimeoutMs` to begin with:
   * who sends a byte a minute is cut off. 0: any. @default 1024
   */
  readonly minBytesPerSecond?: number
  /** How long it may take in all, in milliseconds. @default 86400000 (a day) */
  readonly bodyTimeoutMs?: number
}

/** The limits of a body where nobody says otherwise. */
export const DEFAULT_BODY_LIMITS: Required<BodyLimits> = {
  idleTimeoutMs: 60_000,
  minBytesPerSecond: 1_024,
  bodyTimeoutMs: 86_400_000,
}

/** Until when the next bytes of a body must come. */
export interface BodyDeadline {
  readonly timeoutMs: number
  /** What is wrong when they do not. */
  readonly message: string
}

/**
 * The pace of one body. Before each chunk {@link BodyPace.deadline} says how long it is waited for; only time spent
 * waiting counts for rate and standstill, for a receiver may be slow too.
 */
export class BodyPace {
  readonly #limits: Required<BodyLimits>
  readonly #now: () => number
  readonly #startedAt: number
  #waitingSince: number
  #waitedMs = 0
  #byteSize = 0

  /** @param now milliseconds of a clock that never goes back */
  constructor(limits: BodyLimits = {}, now: () => number = () => performance.now()) {
    this.#limits = { ...DEFAULT_BODY_LIMITS, ...limits }
    this.#now = now
    this.#startedAt = now()
    this.#waitingSince = this.#startedAt
  }

  /** Begins to wait for the next bytes. */
  deadline(): BodyDeadline {
    const { idleTimeoutMs, minBytesPerSecond, bodyTimeoutMs } = this.#limits
    this.#waitingSince = this.#now()
    const earnedMs = minBytesPerSecond === 0 ? Infinity : idleTimeoutMs + (this.#byteSize * 1_000) / minBytesPerSecond
    const ends: readonly BodyDeadline[] = [
      { timeoutMs: idleTimeoutMs, message: `The body stood still for ${idleTimeoutMs / 1_000} s.` },
      {
        timeoutMs: earnedMs - this.#waitedMs,
        message: `The body came more slowly than ${minBytesPerSecond} bytes a second.`,
      },
      {
        timeoutMs: bodyTimeoutMs - (this.#waitingSince - this.#startedAt),
        message: `The body took longer than ${bodyTimeoutMs / 1_000} s.`,
      },
    ]
    const first = ends.reduce((one, other) => (other.timeoutMs < one.timeoutMs ? other : one))
    return { ...first, timeoutMs: Math.max(0, first.timeoutMs) }
  }

  /** Bytes have come. */
  take(byteLength: number): void {
    this.#waitedMs += this.#now() - this.#waitingSince
    this.#byteSize += byteLength
  }
}

/** The error of a body that was too slow. */
export function tooSlow(message: string, advice: string): RindleError {
  return uploadRejected({ reason: 'body_timeout', message: `${message} ${advice}` }, { retryable: true })
}
