import { type ErrorCode, isRindleError } from './errors.ts'

/**
 * The HTTP status of each code (RFC 9110). From 500 on the server is at fault. A full disk is 507 (RFC 4918): unlike 503,
 * it tells a program not to repeat the request by itself.
 */
const STATUS_OF_CODE: Readonly<Record<ErrorCode, number>> = {
  config_invalid: 500,
  database_unavailable: 503,
  setup_incomplete: 503,
  not_found: 404,
  conflict: 409,
  asset_held: 409,
  invalid_transition: 409,
  invalid_input: 400,
  capability_unsupported: 400,
  processor_capability_missing: 500,
  unknown_profile: 400,
  unknown_storage: 500,
  newer_worker_needed: 503,
  unknown_variant: 400,
  unknown_slot: 400,
  upload_rejected: 422,
  quota_exceeded: 403,
  session_expired: 410,
  storage_object_missing: 409,
  storage_precondition_failed: 409,
  storage_unavailable: 503,
  storage_denied: 500,
  storage_key_invalid: 500,
  insufficient_disk: 507,
  insufficient_memory: 503,
  checksum_mismatch: 422,
  not_deliverable: 409,
  forbidden: 403,
  token_invalid: 403,
  token_expired: 403,
  not_processing: 409,
  processing_failed: 500,
  processing_timeout: 500,
  process_killed: 500,
  worker_died: 500,
  scanner_failed: 500,
  analyzer_failed: 500,
  output_mismatch: 500,
  unsupported_codec: 500,
  corrupt_media: 500,
  metadata_not_removable: 500,
  limit_exceeded: 500,
  original_missing: 409,
  original_damaged: 409,
  variant_source_not_found: 500,
  variant_processing_cancelled: 500,
  jobs_unavailable: 503,
  program_not_found: 500,
  program_failed: 500,
}

/** Reasons of `upload_rejected` with a status of their own. */
const STATUS_OF_REASON: Readonly<Record<string, number>> = {
  body_timeout: 408,
  max_bytes_exceeded: 413,
  mime_not_allowed: 415,
  declared_mime_mismatch: 415,
}

/** The HTTP status of a failure, by its code and, of a rejected upload, its reason; 500 for any other error. */
export function httpStatusOf(failure: unknown): number {
  if (!isRindleError(failure)) return 500
  const { code, details } = failure
  const { reason } = details
  const ofReason = code === 'upload_rejected' && typeof reason === 'string' ? STATUS_OF_REASON[reason] : undefined
  return ofReason ?? STATUS_OF_CODE[code]
}
