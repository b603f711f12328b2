import type { ReceivedUpload } from '../proxied/receive.ts'

/** The bytes of an adopted object, which have passed the first gate. No row refers to them yet. */
export interface AdoptedBytes extends Omit<ReceivedUpload, 'checksumSha256'> {
  /** `null`: nobody has read them all; the promotion does. */
  readonly checksumSha256: string | null
  /** The SHA-256 that the promotion compares, where the bytes were read before they were copied. */
  readonly expectedSha256: string | null
  /** Whether the object itself is the original, and lies where it was found. */
  readonly isInPlace: boolean
}
