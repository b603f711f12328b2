import { createHash, type Hash } from 'node:crypto'
import { RindleError } from '@rindle/core'

/** The algorithms of `Upload-Checksum`, by their names in the protocol; every server must support the first. */
export const CHECKSUM_ALGORITHMS = ['sha1', 'sha256', 'sha512', 'md5'] as const

/** The expected checksum of a body. */
export interface UploadChecksum {
  readonly hash: Hash
  readonly expected: Buffer
}

/** Reads `Upload-Checksum: sha1 <base64>`. `invalid_input` for another algorithm or a malformed checksum. */
export function uploadChecksum(header: string): UploadChecksum {
  const [name = '', encoded = '', ...rest] = header.split(' ')
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name)
  if (algorithm === undefined || rest.length > 0) {
    throw new RindleError(
      'invalid_input',
      `Upload-Checksum must name one of ${CHECKSUM_ALGORITHMS.join(', ')}, then the checksum in base64.`,
    )
  }
  const expected = Buffer.from(encoded, 'base64')
  const isComplete = expected.byteLength === createHash(algorithm).digest().byteLength
  if (isComplete && expected.toString('base64') === encoded) return { hash: createHash(algorithm), expected }
  throw new RindleError('invalid_input', `Upload-Checksum holds no ${algorithm} in base64.`)
}
