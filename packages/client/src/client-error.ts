import { messageOf } from './error-messages.ts'
import type { WireProblem } from './wire.ts'

// Two copies of this package in one page must recognise each other's errors.
const BRAND = Symbol.for('rindle.client-error')

/** Further properties of an error besides its code. */
export interface ClientErrorOptions {
  readonly status?: number | undefined
  readonly reason?: string | undefined
  readonly detail?: string | undefined
  readonly retryable?: boolean
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/**
 * The error with which a client rejects, unless a signal cancels it: then it rejects with the signal's reason. Show
 * `message`, one or two English sentences, to the user.
 */
export class RindleClientError extends Error {
  override readonly name: string = 'RindleClientError'
  /**
   * The server's code (`upload_rejected`, `not_found`, `forbidden`, …), or one of the client's own: `network_failed`,
   * `storage_refused`, `file_unreadable`, `server_failed`, `response_invalid`, `strategy_unsupported`.
   */
  readonly code: string
  /** The HTTP status, when a server answered. */
  readonly status: number | undefined
  /** Why a file was rejected: `max_bytes_exceeded`, `mime_not_allowed`, … */
  readonly reason: string | undefined
  /** The server's message, for developers. */
  readonly detail: string | undefined
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /** How long the server asked to wait. */
  readonly retryAfterMs: number | undefined

  constructor(code: string, options: ClientErrorOptions = {}) {
    super(messageOf(code, options.reason), options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = options.status
    this.reason = options.reason
    this.detail = options.detail
    this.retryable = options.retryable ?? false
    this.retryAfterMs = options.retryAfterMs
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** Whether `error` is a {@link RindleClientError} of any copy of this package and, when given, has that code. */
export function isClientError(error: unknown, code?: string): error is RindleClientError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false
  return code === undefined || ('code' in error && error.code === code)
}

/** The error of a request without an answer. */
export function networkFailed(cause?: unknown): RindleClientError {
  return new RindleClientError('network_failed', { retryable: true, cause })
}

/** An answer that is not a success. */
export interface FailedAnswer {
  readonly status: number
  readonly body: string
  /** The header, unparsed. */
  readonly retryAfter: string | null
}

/** The error of an answer: from its problem document, or from its status and `fallbackCode`. Pure. */
export function errorOfAnswer(answer: FailedAnswer, fallbackCode: string, now: number): RindleClientError {
  const { status } = answer
  const problem = problemOf(answer.body)
  // 423 and `conflict`: another request is not over yet, for example one of the page before a reload.
  const isTransient = [408, 423, 425, 429].includes(status) || status >= 500 || problem.code === 'conflict'
  return new RindleClientError(problem.code ?? (status >= 500 ? 'server_failed' : fallbackCode), {
    status,
    reason: problem.reason,
    detail: problem.detail,
    retryable: isTransient,
    retryAfterMs: retryAfterMs(answer.retryAfter, now),
  })
}

function problemOf(body: string): Partial<WireProblem> {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null ? parsed : {}
  } catch {
    // Storages answer in XML, proxies in HTML: only the status is usable.
    return {}
  }
}

function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === '') return undefined
  const seconds = Number(header)
  const ms = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
