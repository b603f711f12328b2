import { type BackOff, doubled } from './back-off.ts'
import type { RowReason } from './reasons.ts'

/** The result of one attempt to deliver an event. */
export type DeliveryOutcome =
  | { readonly kind: 'delivered'; readonly status: number | null }
  /** The receiver wants no more events. */
  | { readonly kind: 'gone'; readonly status: number; readonly reason: RowReason; readonly message: string }
  | FailedOutcome

/** A failed attempt. */
export interface FailedOutcome {
  /** `failed`: this event was refused. `unreachable`: the receiver did not answer, or cannot serve now. */
  readonly kind: 'failed' | 'unreachable'
  /** The HTTP status; `null` for a handler, and without an answer. */
  readonly status: number | null
  /** A code. */
  readonly reason: RowReason
  /** The same as a sentence for a person. Holds no secrets. */
  readonly message: string
  /** The wait that the receiver asked for, in seconds. @default none */
  readonly retryAfterSeconds?: number
}

/** Three days: somebody who comes back on Monday still gets the events of Friday evening. */
export const DEFAULT_RETRY_FOR_SECONDS: number = 3 * 24 * 60 * 60

const FIRST_DELAY_SECONDS = 5
const DELAY_FACTOR = 4
const LONGEST_DELAY_SECONDS = 4 * 60 * 60

/**
 * The delay after this many failed attempts, in seconds: 5, 20, 80 and so on up to four hours, and up to a fifth more by
 * `randomShare` (0 to 1), so that the events of an outage do not all come back at once. A longer wait that the receiver
 * asks for counts, up to the same four hours. Pure.
 */
export function deliveryDelaySeconds(attempts: number, randomShare: number, retryAfterSeconds = 0): number {
  const grown = FIRST_DELAY_SECONDS * DELAY_FACTOR ** Math.min(Math.max(attempts, 1) - 1, 30)
  const base = Math.min(LONGEST_DELAY_SECONDS, Math.max(grown, retryAfterSeconds))
  return Math.round(base * (1 + randomShare / 5))
}

/** With fewer failures in a row, a target is not taken for unreachable: one connection may break by chance. */
const HELD_AFTER = 5
const HOLD: BackOff = { first: 10, most: 5 * 60 }

/**
 * How long nothing is tried at a target after this many attempts in a row that did not reach it, in seconds; 0: go on.
 * A receiver that is down would otherwise cost each waiting event an attempt, and the other targets their turn. Pure.
 */
export function holdSeconds(failuresInARow: number): number {
  if (failuresInARow < HELD_AFTER) return 0
  return doubled(HOLD, failuresInARow - HELD_AFTER)
}
