import { RindleError } from '../../domain/errors.ts'
import type { ByteRange } from '../../ports/storage.ts'

/** Throws `invalid_input` for a range that is none. One that begins behind the end of an object is a range. Pure. */
export function assertByteRange({ start, end = Number.MAX_SAFE_INTEGER }: ByteRange): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end) return
  throw new RindleError('invalid_input', `The range ${start} to ${end} is none: 0 ≤ start ≤ end.`)
}

/** Throws `invalid_input` for a limit of a list that is no positive integer. `Infinity` is no limit. Pure. */
export function assertListLimit(limit: number): void {
  if (limit === Number.POSITIVE_INFINITY || (Number.isSafeInteger(limit) && limit >= 1)) return
  throw new RindleError('invalid_input', `The limit of a list is a positive integer, not ${limit}.`)
}
