import { type ErrorCode, isRindleError, type Logger, type RindleError } from '@rindle/core'
import { errorFields } from '@rindle/core/adapter'
import { RequestRefused } from './request-refused.ts'
import type { Problem } from './wire.ts'

/** The HTTP status of each code. From 500 on the server is at fault, and the log has the cause. */
export const STATUS_OF_CODE: Readonly<Record<ErrorCode, number>> = {
  config_invalid: 500,
  database_unavailable: 503,
  setup_incomplete: 503,
  not_found: 404,
  conflict: 409,
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
  session_expired: 410,
  storage_object_missing: 409,
  storage_precondition_failed: 409,
  storage_unavailable: 503,
  storage_denied: 500,
  storage_key_invalid: 500,
  insufficient_disk: 503,
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
  limit_exceeded: 500,
  original_missing: 409,
  original_damaged: 409,
  variant_source_not_found: 500,
  variant_processing_cancelled: 500,
  jobs_unavailable: 503,
  ffmpeg_not_found: 500,
  ffmpeg_failed: 500,
}

const STATUS_OF_REASON: Readonly<Record<string, number>> = { max_bytes_exceeded: 413, mime_not_allowed: 415 }

// Ids of other actors must look like ids that do not exist.
const NOT_FOUND = 'There is no such thing here, or it is not yours.'

/** Answers a failed request with problem+json, never with a stack trace. Logs failures of the server. */
export function problemResponse(error: unknown, logger: Logger): Response {
  if (!isRindleError(error)) {
    logger.error({ ...errorFields(error), ...stackOf(error) }, 'A request failed.')
    return send({ type: 'about:blank', status: 500, code: 'internal_error', detail: 'The server failed.' })
  }
  const { code } = error
  if (error instanceof RequestRefused) {
    return send({ type: 'about:blank', status: error.status, code, detail: error.message }, error.headers)
  }
  const status = statusOf(error)
  if (status >= 500) {
    logger.error({ ...errorFields(error), ...stackOf(error) }, 'A request failed.')
    const headers = status === 503 ? { 'retry-after': '5' } : {}
    return send({ type: 'about:blank', status, code, detail: 'The server cannot do this now.' }, headers)
  }
  const { reason } = error.details
  const detail = code === 'not_found' ? NOT_FOUND : error.message
  return send({ type: 'about:blank', status, code, detail, ...(typeof reason === 'string' ? { reason } : {}) })
}

function statusOf(error: RindleError): number {
  const { reason } = error.details
  const ofReason = error.code === 'upload_rejected' && typeof reason === 'string' ? STATUS_OF_REASON[reason] : undefined
  return ofReason ?? STATUS_OF_CODE[error.code]
}

function send(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  })
}

function stackOf(error: unknown): { readonly stack?: string } {
  return error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}
}
