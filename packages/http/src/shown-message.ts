import { reasonMeaning } from '@rindle/core'

/** Reasons that are about the file itself. Behind a colon may follow whose word it is. */
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

/** What a row keeps of a failure. */
interface Kept {
  readonly errorReason: string | null
  readonly errorMessage: string | null
}

/**
 * The sentence about a failure that whoever may see an asset may read. Of the file it is what the row keeps; of anything
 * else, an outage say, only what the reason means: the row's sentence may name hosts and programs of this installation,
 * which are its operator's. `null` where nothing is wrong, or for a reason of another version. Pure.
 */
export function shownMessage({ errorReason, errorMessage }: Kept): string | null {
  if (errorReason === null) return null
  const [reason = ''] = errorReason.split(':')
  return (ABOUT_THE_FILE.has(reason) ? errorMessage : null) ?? reasonMeaning(errorReason) ?? null
}
