import { type ErrorCode, isRindleError, type Logger } from '@rindle/core'
import { failureResponse, httpStatusOf, problemResponse } from '@rindle/core/adapter'

/** The extension for checksums has a status that HTTP has not. */
const CHECKSUM_MISMATCH = 460

/** Refusals of the protocol. */
const STATUS_OF_REASON: Readonly<Record<string, number>> = {
  locked: 423,
  unsupported_version: 412,
  unsupported_media_type: 415,
}

/** Codes for refusals that the server of tus makes by itself. */
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  404: 'not_found',
  409: 'conflict',
  410: 'session_expired',
  413: 'upload_rejected',
  501: 'capability_unsupported',
}

/** What a failure is in tus, or else in HTTP. */
export function tusStatusOf(failure: unknown): number {
  if (!isRindleError(failure)) return 500
  if (failure.code === 'checksum_mismatch') return CHECKSUM_MISMATCH
  const { reason } = failure.details
  const ofReason = typeof reason === 'string' ? STATUS_OF_REASON[reason] : undefined
  return ofReason ?? httpStatusOf(failure)
}

/** An answer to `failure` as problem+json, with the headers that the protocol wants. What is the server's fault is logged. */
export function answerToFailure(failure: unknown, headers: Headers, logger: Logger): Response {
  return failureResponse(failure, { logger, message: 'A tus request failed.', status: tusStatusOf(failure), headers })
}

/** A refusal of the server of tus as problem+json. */
export async function answerToRefusal(refusal: Response): Promise<Response> {
  const { status, headers } = refusal
  const detail = (await refusal.text()).trim()
  return problemResponse({ status, code: CODE_OF_STATUS[status] ?? 'invalid_input', detail }, headers)
}
