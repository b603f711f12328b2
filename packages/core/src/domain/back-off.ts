import type { Failure } from './failures.ts'

/** A delay that grows, in seconds. */
export interface BackOff {
  readonly first: number
  readonly most: number
}

// An outage of minutes costs minutes at most. Work for another worker is retried sooner: in a rolling deployment that
// worker runs already, or starts within seconds, and a check costs nothing.
const OUTAGE: BackOff = { first: 10, most: 300 }
const LACK: BackOff = { first: 2, most: 60 }

/**
 * Returns the delay of work that was handed on this many times: it doubles each time, up to five minutes, or up to one
 * where another worker may be able to do the work. The number of retries has no limit. The delay needs no jitter,
 * because the queue bounds the concurrency of work that has piled up. Pure.
 */
export function backOffSeconds({ kind }: Pick<Failure, 'kind'>, timesHandedOn: number): number {
  return doubled(kind === 'lack' ? LACK : OUTAGE, timesHandedOn)
}

/** The first delay, doubled so many times, up to the longest. Pure. */
export function doubled({ first, most }: BackOff, times: number): number {
  return Math.min(most, first * 2 ** Math.min(times, 30))
}
