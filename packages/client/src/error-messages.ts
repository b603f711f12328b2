const TRY_LATER = 'Please try again in a moment.'
const DAMAGED = 'The file was damaged in transit. Please try again.'

const BY_REASON: Readonly<Record<string, string>> = {
  empty_file: 'The file is empty.',
  max_bytes_exceeded: 'The file is too large.',
  unknown_type: 'Files of this type are not accepted.',
  mime_not_allowed: 'Files of this type are not accepted.',
  extension_not_allowed: 'Files of this type are not accepted.',
  extension_mime_mismatch: 'The type of the file does not match its name.',
  declared_mime_mismatch: 'The type of the file does not match its name.',
  corrupt_media: 'The file is damaged and cannot be opened.',
  unsupported_codec: 'Files of this kind cannot be opened here.',
  metadata_not_removable: 'This file contains personal metadata that cannot be removed, so it cannot be stored here.',
  limit_exceeded: 'The picture or recording is too large.',
  scanner_rejected: 'The file did not pass a security check.',
  byte_size_mismatch: DAMAGED,
  fetch_refused: 'No file can be fetched from this address.',
  address_refused: 'No file can be fetched from this address.',
  redirect_refused: 'No file can be fetched from this address.',
}

const BY_CODE: Readonly<Record<string, string>> = {
  upload_rejected: 'The file was not accepted.',
  not_found: 'It no longer exists.',
  forbidden: 'You are not allowed to do this. You may have to sign in.',
  quota_exceeded: 'There is no space left for this file. Delete some files, or ask for more space.',
  session_expired: 'The upload took too long. Please start it again.',
  network_failed: `The connection was lost. ${TRY_LATER}`,
  storage_refused: 'The file could not be stored.',
  file_unreadable: 'The file has changed since it was chosen. Please choose it again.',
  strategy_unsupported: 'This way of uploading is not available here.',
  checksum_mismatch: DAMAGED,
}

/** The message of an error for the user. The name of a scanner after the reason does not matter. Pure. */
export function messageOf(code: string, reason: string | undefined): string {
  return BY_REASON[reason?.split(':')[0] ?? ''] ?? BY_CODE[code] ?? `Something went wrong. ${TRY_LATER}`
}
