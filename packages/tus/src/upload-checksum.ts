import { createHash, type Hash } from 'node:crypto'
import { RindleError } from '@rindle/core'

/** The algorithms of `Upload-Checksum`, by their names there; every server must know the first. */
export const CHECKSUM_ALGORITHMS = ['sha1', 'sha256', 'sha512', 'md5'] as const

/** What a body will be compared with. */
export interface UploadChecksum {
  readonly hash: Hash
  readonly expected: Buffer
}

/** Reads `Upload-Checksum: sha1 <base64>`. `invalid_input` for another algorithm, and for what is no checksum of it. */
export function uploadChecksum(header: string): UploadChecksum {
  const [name = '', encoded = '', ...rest] = header.split(' ')
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name)
  if (algorithm === undefined || rest.length > 0) {
    throw new RindleError(
      'invalid_input',
      `Upload-Checksum is one of: ${CHECKSUM_ALGORITHMS.join(', ')}; then its base64.`,
    )
  }
  const expected = Buffer.from(encoded, 'base64')
  const isComplete = expected.byteLength === createHash(algorithm).digest().byteLength
  if (isComplete && expected.toString('base64') === encoded) return { hash: createHash(algorithm), expected }
  throw new RindleError('invalid_input', `Upload-Checksum holds no ${algorithm} in base64.`)
}
