import type { Failure } from './failures.ts'

/** How long work waits before it is looked at again, in seconds. */
interface BackOff {
  readonly first: number
  readonly most: number
}

// An outage of minutes costs minutes at most. Work for another worker is looked at sooner: in a rolling deployment that
// one is there already, or will be within seconds, and to look costs nothing.
const OUTAGE: BackOff = { first: 10, most: 300 }
const LACK: BackOff = { first: 2, most: 60 }

/**
 * How long work waits that was handed on so many times already: each time twice as long, up to five minutes, and up to
 * one where another worker may be able to do it. Without limit in number. Whatever piles up meanwhile is worked with the
 * bounded concurrency of its queue, so nothing has to be spread by chance. Pure.
 */
export function backOffSeconds({ kind }: Pick<Failure, 'kind'>, timesHandedOn: number): number {
  const { first, most } = kind === 'lack' ? LACK : OUTAGE
  return Math.min(most, first * 2 ** Math.min(timesHandedOn, 30))
}
