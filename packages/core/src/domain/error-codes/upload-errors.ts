/** Codes about an upload: what the client declared, sent, or may still send. */
export const UPLOAD_ERRORS = {
  /**
   * Cause: The profile does not accept the bytes, or their declared size, type or name. `details.reason` says which.
   *
   * Cure: Show the reason to the person who chose the file. If good files are refused: `unknown_type` is often a camera's
   * own format, and `extension_mime_mismatch` is a file whose name stands for another type.
   *
   * @see guide/uploads
   */
  upload_rejected: {
    retryable: false,
    meaning: 'The profile does not accept the bytes; `details.reason` says why.',
  },
  /**
   * Cause: The upload does not fit into what its account has left. `details.limit` is `bytes`, `assets` or
   * `open_uploads`; `details.bytesLeft` and `details.assetsLeft` say how much is left.
   *
   * Cure: Delete assets, or return a higher limit from `quota`. For `open_uploads`, complete or abort uploads, or raise
   * `maxOpenUploads`. If the numbers are wrong, `rindle quotas` counts them again.
   *
   * @see guide/quotas
   */
  quota_exceeded: {
    retryable: false,
    meaning: 'The upload does not fit into what its account has left; `details` say how much that is.',
  },
  /**
   * Cause: The upload session was completed, aborted, or is past its deadline: an hour for one PUT, a day for all others,
   * unless you set `expiresInSeconds`.
   *
   * Cure: Begin a new upload.
   *
   * @see guide/uploads
   */
  session_expired: { retryable: false, meaning: 'The upload session has ended; begin a new one.' },
  /**
   * Cause: The bytes differ from their declared or recorded SHA-256. In an upload, the client's file changed while it was
   * sent. In a copy, the storage returned other bytes than it was given.
   *
   * Cure: Upload the file again. After a copy, check the storage: `rindle verify-storage` reads it.
   *
   * @see guide/uploads
   */
  checksum_mismatch: { retryable: false, meaning: 'The bytes differ from their declared or recorded checksum.' },
} as const
