import { timingSafeEqual } from 'node:crypto'

/**
 * Whether a signature is the expected one, in a time that does not tell how much of it is right. Texts are compared, not
 * the bytes that they stand for: base64url has several spellings of the same bytes. Pure.
 */
export function equalsInConstantTime(given: string, expected: string): boolean {
  const left = Buffer.from(given)
  const right = Buffer.from(expected)
  return left.byteLength === right.byteLength && timingSafeEqual(left, right)
}
