import { type ErrorCode, isRindleError, type Logger, type RindleError } from '@rindle/core'
import { errorFields } from '@rindle/core/adapter'

/** The status of each code in tus, or else in HTTP; any other code is a failure of the server. */
const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  invalid_input: 400,
  unknown_profile: 400,
  unknown_slot: 400,
  capability_unsupported: 400,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  session_expired: 410,
  upload_rejected: 422,
  checksum_mismatch: 460,
  storage_unavailable: 503,
  database_unavailable: 503,
  jobs_unavailable: 503,
  setup_incomplete: 503,
  insufficient_disk: 507,
}

const STATUS_OF_REASON: Readonly<Record<string, number>> = {
  body_timeout: 408,
  max_bytes_exceeded: 413,
  mime_not_allowed: 415,
  locked: 423,
  unsupported_version: 412,
  unsupported_media_type: 415,
}

/** Codes for refusals of @tus/server itself. */
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  404: 'not_found',
  409: 'conflict',
  410: 'session_expired',
  413: 'upload_rejected',
  501: 'capability_unsupported',
}

/** The text that a client gets for a failure of the server. */
const UNTOLD = 'The server cannot do this now.'

/** The status of a failure. */
export function statusOf(failure: unknown): number {
  if (!isRindleError(failure)) return 500
  const { reason } = failure.details
  const ofReason = typeof reason === 'string' ? STATUS_OF_REASON[reason] : undefined
  return ofReason ?? STATUS_OF_CODE[failure.code] ?? 500
}

/** Answers a failure with problem+json and the headers of the protocol. Logs failures of the server. */
export function problemOf(failure: unknown, headers: Headers, logger: Logger): Response {
  const status = statusOf(failure)
  if (status >= 500) {
    const stack = failure instanceof Error && failure.stack !== undefined ? { stack: failure.stack } : {}
    logger.error({ ...errorFields(failure), ...stack }, 'A tus request failed.')
    return problem(status, { code: isRindleError(failure) ? failure.code : 'internal_error', detail: UNTOLD }, headers)
  }
  const { code, message, details } = failure as RindleError
  const { reason } = details
  return problem(status, { code, detail: message, ...(typeof reason === 'string' ? { reason } : {}) }, headers)
}

/** Turns a refusal of @tus/server into problem+json. */
export async function problemFrom(refusal: Response): Promise<Response> {
  const detail = (await refusal.text()).trim()
  const code = CODE_OF_STATUS[refusal.status] ?? 'invalid_input'
  return problem(refusal.status, { code, detail }, refusal.headers)
}

function problem(
  status: number,
  members: { readonly code: string; readonly detail: string; readonly reason?: string },
  given: Headers,
): Response {
  const headers = new Headers(given)
  headers.delete('content-length')
  headers.set('content-type', 'application/problem+json')
  headers.set('cache-control', 'no-store')
  headers.set('x-content-type-options', 'nosniff')
  return new Response(JSON.stringify({ type: 'about:blank', status, ...members }), { status, headers })
}
