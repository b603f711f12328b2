import { RindleError } from '../../domain/errors.ts'

/** The division of a file for a multipart upload. */
export interface PartPlan {
  /** Bytes of every part except the last. */
  readonly partSize: number
  readonly partCount: number
}

const MEBIBYTE = 1024 * 1024
/** Small enough to send again after a failure, large enough to hide round trips. S3 allows 5 MiB. */
const SMALLEST_PART_BYTES = 8 * MEBIBYTE
/** S3: at most 10,000 parts, at most 5 TiB in all. */
const MAX_PARTS = 10_000
const MAX_OBJECT_BYTES = 5 * 1024 ** 4

/** Divides a file of this size into the fewest parts of a good size, in whole MiB. Pure. */
export function planParts(byteSize: number): PartPlan {
  if (!Number.isSafeInteger(byteSize) || byteSize < 0 || byteSize > MAX_OBJECT_BYTES) {
    throw new RindleError('invalid_input', 'A multipart upload must declare its byteSize, from 0 bytes to 5 TiB.')
  }
  const needed = Math.ceil(byteSize / MAX_PARTS / MEBIBYTE) * MEBIBYTE
  const partSize = Math.max(SMALLEST_PART_BYTES, needed)
  // No store makes an object of no part.
  return { partSize, partCount: Math.max(1, Math.ceil(byteSize / partSize)) }
}

/** The bytes of one part; the last has the remainder. `invalid_input` for a number outside the plan. Pure. */
export function partBytes(byteSize: number, partNumber: number): number {
  const { partSize, partCount } = planParts(byteSize)
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > partCount) {
    throw new RindleError('invalid_input', `This upload has parts 1 to ${partCount}, not ${partNumber}.`)
  }
  return partNumber < partCount ? partSize : byteSize - partSize * (partCount - 1)
}
