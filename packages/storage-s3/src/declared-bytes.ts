import { createHash } from 'node:crypto'
import { RindleError } from '@rindle/core'

/** The declared size and checksum of a body. */
export interface DeclaredBytes {
  readonly byteSize?: number
  /** Lower-case hex. */
  readonly checksumSha256?: string
}

/** Compares the bytes of a body with its declaration; throws `checksum_mismatch`. */
export interface BytesCheck {
  /** Takes the next bytes; throws if there are more than declared. */
  update(bytes: Buffer): void
  /** Throws if there were fewer bytes than declared, or other ones. */
  finish(): void
}

/** Begins a check of the body for `key`. */
export function declaredBytes(key: string, { byteSize, checksumSha256 }: DeclaredBytes): BytesCheck {
  const hash = checksumSha256 === undefined ? undefined : createHash('sha256')
  let seenBytes = 0
  return {
    update(bytes) {
      seenBytes += bytes.byteLength
      if (byteSize !== undefined && seenBytes > byteSize) throw mismatch(key, 'longer than declared')
      hash?.update(bytes)
    },
    finish() {
      if (byteSize !== undefined && seenBytes < byteSize) throw mismatch(key, 'shorter than declared')
      const isOther = hash !== undefined && hash.digest('hex') !== checksumSha256
      if (isOther) throw mismatch(key, 'of another SHA-256 than declared')
    },
  }
}

function mismatch(key: string, how: string): RindleError {
  return new RindleError('checksum_mismatch', `The body for "${key}" is ${how}; nothing was kept.`, {
    details: { key },
  })
}
