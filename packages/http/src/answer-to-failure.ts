import type { Logger } from '@rindle/core'
import { failureResponse, problemResponse } from '@rindle/core/adapter'
import { RequestRefused } from './request-refused.ts'

/** Answers a failed request with problem+json, never with a stack trace. Logs failures of the server. */
export function answerToFailure(error: unknown, logger: Logger): Response {
  if (!(error instanceof RequestRefused)) return failureResponse(error, { logger, message: 'A request failed.' })
  const { status, code, message, headers } = error
  return problemResponse({ status, code, detail: message }, headers)
}
