import { createHash } from 'node:crypto'
import { RindleError } from '@rindle/core'

/** What a body was declared to be. */
export interface DeclaredBytes {
  readonly byteSize?: number
  /** Lower-case hex. */
  readonly checksumSha256?: string
}

/** Compares the bytes of a body with what was declared; throws `checksum_mismatch`. */
export interface BytesCheck {
  /** Takes the next bytes; throws when there are more than declared. */
  update(bytes: Buffer): void
  /** Throws when there were fewer than declared, or others. */
  finish(): void
}

/** Begins a check of the body that is to be put under `key`. */
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
      if (isOther) throw mismatch(key, 'not of the declared SHA-256')
    },
  }
}

function mismatch(key: string, how: string): RindleError {
  return new RindleError('checksum_mismatch', `The body for "${key}" is ${how}; nothing was kept.`, {
    details: { key },
  })
}
