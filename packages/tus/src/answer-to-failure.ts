import { type ErrorCode, isRindleError, type Logger } from '@rindle/core'
import { failureResponse, httpStatusOf, problemResponse } from '@rindle/core/adapter'

/** The status of the checksum extension; HTTP has none. */
const CHECKSUM_MISMATCH = 460

/** Refusals of the protocol. */
const STATUS_OF_REASON: Readonly<Record<string, number>> = {
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

/** The status of a failure in tus, or else in HTTP. */
export function tusStatusOf(failure: unknown): number {
  if (!isRindleError(failure)) return 500
  if (failure.code === 'checksum_mismatch') return CHECKSUM_MISMATCH
  const { reason } = failure.details
  const ofReason = typeof reason === 'string' ? STATUS_OF_REASON[reason] : undefined
  return ofReason ?? httpStatusOf(failure)
}

/** Answers a failure with problem+json and the headers of the protocol. Logs failures of the server. */
export function answerToFailure(failure: unknown, headers: Headers, logger: Logger): Response {
  return failureResponse(failure, { logger, message: 'A tus request failed.', status: tusStatusOf(failure), headers })
}

/** Turns a refusal of @tus/server into problem+json. */
export async function answerToRefusal(refusal: Response): Promise<Response> {
  const { status, headers } = refusal
  const detail = (await refusal.text()).trim()
  return problemResponse({ status, code: CODE_OF_STATUS[status] ?? 'invalid_input', detail }, headers)
}
