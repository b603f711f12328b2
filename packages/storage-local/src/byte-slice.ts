import { RindleError } from '@rindle/core'
import type { ByteRange } from '@rindle/core/adapter'

/** Offsets of the first and the last byte, both inclusive. */
export interface ByteSlice {
  readonly start: number
  readonly end: number
}

/**
 * The part of a range within an object of `byteSize` bytes: clipped to its end, `undefined` if no byte is left.
 * Throws `invalid_input` for an invalid range.
 */
export function byteSlice(range: ByteRange, byteSize: number): ByteSlice | undefined {
  const { start, end = Number.MAX_SAFE_INTEGER } = range
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
    throw new RindleError('invalid_input', `The range ${range.start} to ${range.end} is not valid: 0 ≤ start ≤ end.`)
  }
  return start < byteSize ? { start, end: Math.min(end, byteSize - 1) } : undefined
}
