import { reasonMeaning } from '@rindle/core'

/** Reasons that are about the file itself. A colon and the name of the judge may follow. */
const ABOUT_THE_FILE: ReadonlySet<string> = new Set([
  'empty_file',
  'max_bytes_exceeded',
  'unknown_type',
  'mime_not_allowed',
  'extension_not_allowed',
  'extension_mime_mismatch',
  'declared_mime_mismatch',
  'byte_size_mismatch',
  'checksum_mismatch',
  'scanner_rejected',
  'corrupt_media',
  'unsupported_codec',
  'limit_exceeded',
])

/** The columns of a row about a failure. */
interface Kept {
  readonly errorReason: string | null
  readonly errorMessage: string | null
}

/**
 * The sentence about a failure for anybody who may see the asset. If the failure is about the file, it is the row's
 * sentence; otherwise, as for an outage, it is only the meaning of the reason: the row's sentence may name hosts and
 * programs of this installation, which only its operator may know. `null` without a failure, or for a reason of another
 * version. Pure.
 */
export function shownMessage({ errorReason, errorMessage }: Kept): string | null {
  if (errorReason === null) return null
  const [reason = ''] = errorReason.split(':')
  return (ABOUT_THE_FILE.has(reason) ? errorMessage : null) ?? reasonMeaning(errorReason) ?? null
}
