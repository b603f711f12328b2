import { createHash } from 'node:crypto'
import { RindleError } from '../../domain/errors.ts'

/** The declared size and checksum of a body. */
export interface DeclaredBytes {
  readonly byteSize?: number | undefined
  /** Lower-case hex. */
  readonly checksumSha256?: string | undefined
}

/** Compares the bytes of a body with its declaration; throws `checksum_mismatch`. */
export interface BytesCheck {
  /** Takes the next bytes; throws if there are more than declared. */
  update(bytes: Uint8Array): void
  /** Throws if there were fewer bytes than declared, or other ones. */
  finish(): void
}

/** A {@link BytesCheck} that always computes the SHA-256. */
export interface HashingCheck extends BytesCheck {
  /** As {@link BytesCheck.finish}; returns the SHA-256 in lower-case hex. */
  finish(): string
}

/** Begins a check of the body for `key`. Computes no SHA-256 if none was declared. */
export function declaredBytes(key: string, declared: DeclaredBytes): BytesCheck {
  const { byteSize, checksumSha256 } = declared
  if (checksumSha256 !== undefined) return hashingCheck(key, declared)
  const counted = countedBytes(key, byteSize)
  return { update: (bytes) => counted.update(bytes), finish: () => counted.finish() }
}

/** {@link declaredBytes} for a storage that keeps the SHA-256 of everything. */
export function hashingCheck(key: string, { byteSize, checksumSha256 }: DeclaredBytes): HashingCheck {
  const counted = countedBytes(key, byteSize)
  const hash = createHash('sha256')
  return {
    update(bytes) {
      counted.update(bytes)
      hash.update(bytes)
    },
    finish() {
      counted.finish()
      const actual = hash.digest('hex')
      const isOther = checksumSha256 !== undefined && checksumSha256 !== actual
      if (isOther) throw mismatch(key, 'of another SHA-256 than declared')
      return actual
    },
  }
}

function countedBytes(key: string, byteSize: number | undefined): BytesCheck {
  let seenBytes = 0
  return {
    update(bytes) {
      seenBytes += bytes.byteLength
      if (byteSize !== undefined && seenBytes > byteSize) throw mismatch(key, 'longer than declared')
    },
    finish() {
      if (byteSize !== undefined && seenBytes < byteSize) throw mismatch(key, 'shorter than declared')
    },
  }
}

function mismatch(key: string, how: string): RindleError {
  return new RindleError('checksum_mismatch', `The body for "${key}" is ${how}; nothing was kept.`, {
    details: { key },
  })
}
