import { createHash, type Hash } from 'node:crypto'
import { RindleError } from '../../domain/errors.ts'

/** The checksums that the bytes of an adopted object must have, in lower-case hex; `null`: none is known. */
export interface ExpectedChecksum {
  readonly md5: string | null
  readonly sha256: string | null
}

/** Reads the checksums of the options. `invalid_input`. Pure. */
export function expectedChecksum(options: {
  readonly checksumMd5?: string
  readonly checksumSha256?: string
}): ExpectedChecksum {
  const { checksumMd5, checksumSha256 } = options
  const md5 = checksumMd5 === undefined ? null : hexOf(checksumMd5)
  if (md5 === undefined) {
    throw new RindleError('invalid_input', 'checksumMd5 must be an MD5 in base64 or in lower-case hex.')
  }
  if (checksumSha256 !== undefined && !/^[0-9a-f]{64}$/.test(checksumSha256)) {
    throw new RindleError('invalid_input', 'checksumSha256 must be 64 lower-case hex digits.')
  }
  return { md5, sha256: checksumSha256 ?? null }
}

function hexOf(md5: string): string | undefined {
  if (/^[0-9a-f]{32}$/.test(md5)) return md5
  return /^[A-Za-z0-9+/]{22}==$/.test(md5) ? Buffer.from(md5, 'base64').toString('hex') : undefined
}

/** Hashes of bytes as they pass. */
export class PassingChecksum {
  readonly #md5: Hash = createHash('md5')
  readonly #sha256: Hash = createHash('sha256')

  update(chunk: Uint8Array): void {
    this.#md5.update(chunk)
    this.#sha256.update(chunk)
  }

  /** Compares, and returns the SHA-256 in hex. `checksum_mismatch`. Call it once. */
  assert(key: string, expected: ExpectedChecksum): string {
    const md5 = this.#md5.digest('hex')
    const sha256 = this.#sha256.digest('hex')
    const differs = differing({ md5, sha256 }, expected)
    if (differs === null) return sha256
    throw new RindleError(
      'checksum_mismatch',
      `The object "${key}" has a different ${differs} from the expected one.`,
      {
        details: { key },
      },
    )
  }
}

function differing(found: ExpectedChecksum, expected: ExpectedChecksum): string | null {
  if (expected.md5 !== null && expected.md5 !== found.md5) return 'MD5'
  return expected.sha256 !== null && expected.sha256 !== found.sha256 ? 'SHA-256' : null
}
