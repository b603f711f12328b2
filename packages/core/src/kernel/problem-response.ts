import { type ErrorCode, isRindleError } from '../domain/errors.ts'
import { httpStatusOf } from '../domain/http-status.ts'
import { errorFields, type Logger } from '../ports/logger.ts'

/** The members of a problem document (RFC 9457) of Rindle. */
export interface ProblemMembers {
  readonly status: number
  /** A code of `RindleError`; `internal_error` for any other failure, which the server's log explains. */
  readonly code: ErrorCode | 'internal_error'
  /** One sentence for developers. The client gets it, so it names no key and no id of another actor. */
  readonly detail: string
  /** Why an upload was rejected. */
  readonly reason?: string
}

/** How {@link failureResponse} answers and logs. */
export interface FailureResponseOptions {
  /** Receives failures of the server. */
  readonly logger: Pick<Logger, 'error'>
  /** The message in the log. */
  readonly message: string
  /** For a protocol with a status of its own. @default that of the code, see {@link httpStatusOf} */
  readonly status?: number
  /** Headers of the answer. @default none */
  readonly headers?: Headers | Readonly<Record<string, string>>
}

/** Stands in for messages that may name keys, or ids of other actors, which must look like ids that do not exist. */
const DETAIL_OF_CODE: Partial<Readonly<Record<ErrorCode, string>>> = {
  not_found: 'It does not exist, or it is not yours.',
  checksum_mismatch: 'The bytes do not match their checksum.',
}

/** The wrong setting that each logger was told of last: it fails every request until somebody corrects it. */
const toldSettings = new WeakMap<object, string>()

/** Makes an answer of type `application/problem+json`. No cache keeps it, and no browser guesses another type. */
export function problemResponse(
  members: ProblemMembers,
  given: Headers | Readonly<Record<string, string>> = {},
): Response {
  const headers = new Headers(given)
  headers.delete('content-length')
  headers.set('content-type', 'application/problem+json')
  headers.set('cache-control', 'no-store')
  headers.set('x-content-type-options', 'nosniff')
  return new Response(JSON.stringify({ type: 'about:blank', ...members }), { status: members.status, headers })
}

/**
 * Answers a failed request, whatever was thrown. A failure of the server (500 and more) is logged with its stack, and the
 * answer tells nothing of it; 503 asks the client to come again in 5 seconds. A `config_invalid` that repeats itself is
 * logged once.
 */
export function failureResponse(
  failure: unknown,
  { logger, message, status = httpStatusOf(failure), headers = {} }: FailureResponseOptions,
): Response {
  if (isRindleError(failure) && status < 500) {
    const { code, details } = failure
    const { reason } = details
    const detail = DETAIL_OF_CODE[code] ?? failure.message
    return problemResponse({ status, code, detail, ...(typeof reason === 'string' ? { reason } : {}) }, headers)
  }
  logFailure(logger, failure, message)
  const answer = problemResponse(
    isRindleError(failure)
      ? { status, code: failure.code, detail: 'The server cannot do this now.' }
      : { status, code: 'internal_error', detail: 'The server failed.' },
    headers,
  )
  if (status === 503) answer.headers.set('retry-after', '5')
  return answer
}

function logFailure(logger: Pick<Logger, 'error'>, failure: unknown, message: string): void {
  const fields = errorFields(failure)
  const stack = failure instanceof Error && failure.stack !== undefined ? { stack: failure.stack } : {}
  if (!isRindleError(failure, 'config_invalid')) return logger.error({ ...fields, ...stack }, message)
  if (toldSettings.get(logger) === failure.message) return
  toldSettings.set(logger, failure.message)
  logger.error({ ...fields, ...stack }, `${message} Others will, until this is corrected; this is logged once.`)
}
