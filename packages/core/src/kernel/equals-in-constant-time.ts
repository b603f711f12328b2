import { timingSafeEqual } from 'node:crypto'

/**
 * Compares a signature with the expected one, in a time that does not reveal how much of it is right. Compares the
 * texts, not the bytes behind them: base64url has several spellings of the same bytes. Pure.
 */
export function equalsInConstantTime(given: string, expected: string): boolean {
  const left = Buffer.from(given)
  const right = Buffer.from(expected)
  return left.byteLength === right.byteLength && timingSafeEqual(left, right)
}
