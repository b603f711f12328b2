import type { RindleError } from '../domain/errors.ts'
import { uploadRejected } from '../domain/upload-rejected.ts'

/** Limits on how slowly a body may arrive. */
export interface BodyLimits {
  /** The longest pause of its sender, in milliseconds. @default 60000 */
  readonly idleTimeoutMs?: number
  /**
   * The lowest average rate over the time spent waiting for the sender, after a grace period of `idleTimeoutMs`: a
   * sender of one byte a minute is cut off. 0: no limit. @default 1024
   */
  readonly minBytesPerSecond?: number
  /** The longest time for the whole body, in milliseconds. @default 86400000 (a day) */
  readonly bodyTimeoutMs?: number
}

/** The default limits of a body. */
export const DEFAULT_BODY_LIMITS: Required<BodyLimits> = {
  idleTimeoutMs: 60_000,
  minBytesPerSecond: 1_024,
  bodyTimeoutMs: 86_400_000,
}

/** The deadline for the next bytes of a body. */
export interface BodyDeadline {
  readonly timeoutMs: number
  /** The error message when they do not arrive. */
  readonly message: string
}

/**
 * The pace of one body. {@link BodyPace.deadline} gives the longest wait for the next chunk; only time spent waiting
 * counts for rate and pause, because a receiver may be slow, too.
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

  /** Begins to wait for the next bytes, and returns their deadline. */
  deadline(): BodyDeadline {
    const { idleTimeoutMs, minBytesPerSecond, bodyTimeoutMs } = this.#limits
    this.#waitingSince = this.#now()
    const earnedMs = minBytesPerSecond === 0 ? Infinity : idleTimeoutMs + (this.#byteSize * 1_000) / minBytesPerSecond
    const ends: readonly BodyDeadline[] = [
      { timeoutMs: idleTimeoutMs, message: `The body paused for ${idleTimeoutMs / 1_000} s.` },
      {
        timeoutMs: earnedMs - this.#waitedMs,
        message: `The body arrived more slowly than ${minBytesPerSecond} bytes a second.`,
      },
      {
        timeoutMs: bodyTimeoutMs - (this.#waitingSince - this.#startedAt),
        message: `The body took longer than ${bodyTimeoutMs / 1_000} s.`,
      },
    ]
    const first = ends.reduce((one, other) => (other.timeoutMs < one.timeoutMs ? other : one))
    return { ...first, timeoutMs: Math.max(0, first.timeoutMs) }
  }

  /** Counts bytes that have arrived. */
  take(byteLength: number): void {
    this.#waitedMs += this.#now() - this.#waitingSince
    this.#byteSize += byteLength
  }
}

/** The error of a body that was too slow. */
export function tooSlow(message: string, advice: string): RindleError {
  return uploadRejected({ reason: 'body_timeout', message: `${message} ${advice}` }, { retryable: true })
}
