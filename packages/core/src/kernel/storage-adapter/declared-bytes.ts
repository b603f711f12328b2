import { createHash } from 'node:crypto'
import { RindleError } from '../../domain/errors.ts'

/** What a body was declared to be. */
export interface DeclaredBytes {
  readonly byteSize?: number | undefined
  /** Lower-case hex. */
  readonly checksumSha256?: string | undefined
}

/** Compares the bytes of a body with what was declared; throws `checksum_mismatch`. */
export interface BytesCheck {
  /** Takes the next bytes; throws when there are more than declared. */
  update(bytes: Uint8Array): void
  /** Throws when there were fewer than declared, or others. */
  finish(): void
}

/** A {@link BytesCheck} that takes the SHA-256 in any case. */
export interface HashingCheck extends BytesCheck {
  /** As {@link BytesCheck.finish}; gives the SHA-256 in lower-case hex. */
  finish(): string
}

/** Begins a check of the body that is to be put under `key`. Takes no SHA-256 where none was declared. */
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
      if (isOther) throw mismatch(key, 'not of the declared SHA-256')
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
