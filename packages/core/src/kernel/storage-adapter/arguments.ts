import { RindleError } from '../../domain/errors.ts'
import type { ByteRange } from '../../ports/storage.ts'

/** Throws `invalid_input` for an invalid range. A range may begin behind the end of the object. Pure. */
export function assertByteRange({ start, end = Number.MAX_SAFE_INTEGER }: ByteRange): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end) return
  throw new RindleError('invalid_input', `The range ${start} to ${end} is not valid: 0 ≤ start ≤ end.`)
}

/** Throws `invalid_input` unless the limit of a list is a positive integer, or `Infinity`. Pure. */
export function assertListLimit(limit: number): void {
  if (limit === Number.POSITIVE_INFINITY || (Number.isSafeInteger(limit) && limit >= 1)) return
  throw new RindleError('invalid_input', `The limit of a list is a positive integer, not ${limit}.`)
}
