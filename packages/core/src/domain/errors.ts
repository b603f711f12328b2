import { DOCS_URL } from './docs-url.ts'
import { CALL_ERRORS } from './error-codes/call-errors.ts'
import { PROCESSING_ERRORS } from './error-codes/processing-errors.ts'
import { SETUP_ERRORS } from './error-codes/setup-errors.ts'
import { STORAGE_ERRORS } from './error-codes/storage-errors.ts'
import { UPLOAD_ERRORS } from './error-codes/upload-errors.ts'

/**
 * Every code that a {@link RindleError} can carry: its meaning, and whether the same call may succeed later without a
 * change by the caller. `retryable` is the default of the code; an error may carry its own. The comment of each code
 * states its cause and its cure; the page at {@link RindleError.docs} shows them.
 */
export const ERROR_CODES: typeof SETUP_ERRORS &
  typeof CALL_ERRORS &
  typeof UPLOAD_ERRORS &
  typeof STORAGE_ERRORS &
  typeof PROCESSING_ERRORS = {
  ...SETUP_ERRORS,
  ...CALL_ERRORS,
  ...UPLOAD_ERRORS,
  ...STORAGE_ERRORS,
  ...PROCESSING_ERRORS,
}

/** The codes of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES

/** Plain JSON, as required of error details and job payloads. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json }

/** Optional parts of a {@link RindleError}. */
export interface RindleErrorOptions {
  /** Facts for programs: JSON-safe, without secrets, keys that open something, or signed URLs. */
  readonly details?: JsonObject
  /** The error that led to this one. */
  readonly cause?: unknown
  /** Overrides the code's default. */
  readonly retryable?: boolean
}

// Two copies of this package in one process must recognise each other's errors.
const BRAND = Symbol.for('rindle.error')

/**
 * The only error class of Rindle. `code` is stable and documented; `message` names the failure, the id and the next
 * step; `retryable` says whether the same call may succeed later.
 */
export class RindleError extends Error {
  override readonly name: string = 'RindleError'
  /** One of {@link ERROR_CODES}. */
  readonly code: ErrorCode
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable: boolean
  /** Facts for programs, JSON-safe. */
  readonly details: JsonObject
  /**
   * The address of the page about this code, with its cause and its cure: on the site of the release, and where Rindle runs
   * from a checkout of its sources, on the one that `pnpm docs:dev` serves there. Not part of the JSON: the code implies
   * it.
   */
  readonly docs: string

  constructor(code: ErrorCode, message: string, options: RindleErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? ERROR_CODES[code].retryable
    this.details = options.details ?? {}
    this.docs = docsOf(code)
    Object.defineProperty(this, BRAND, { value: true })
  }

  /** `{ name, code, message, retryable, details }`: no stack, no cause, safe in a log or a response. */
  toJSON(): JsonObject {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      details: this.details,
    }
  }
}

/**
 * Whether `error` is a {@link RindleError} of any copy of this package in the process and, when given, has that code.
 */
export function isRindleError(error: unknown, code?: ErrorCode): error is RindleError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false
  return code === undefined || ('code' in error && error.code === code)
}

/** A newer adapter may know a code that this version does not: it has no page. */
function docsOf(code: ErrorCode): string {
  return `${DOCS_URL}/reference/errors/${Object.hasOwn(ERROR_CODES, code) ? code : ''}`
}
