import type { Logger } from '@rindle/core'
import { failureResponse, problemResponse } from '@rindle/core/adapter'
import { RequestRefused } from './request-refused.ts'

/** The answer to a request that failed: problem+json, never a stack trace; what is the server's fault is logged. */
export function answerToFailure(error: unknown, logger: Logger): Response {
  if (!(error instanceof RequestRefused)) return failureResponse(error, { logger, message: 'A request failed.' })
  const { status, code, message, headers } = error
  return problemResponse({ status, code, detail: message }, headers)
}
