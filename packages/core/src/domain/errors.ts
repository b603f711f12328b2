/**
 * Every code that a {@link RindleError} can carry: its meaning, and whether the same call may succeed later without a
 * change by the caller. `retryable` is the default of the code; an error may carry its own.
 */
export const ERROR_CODES = {
  config_invalid: { retryable: false, meaning: 'The options given to a factory are wrong; every problem is listed.' },
  database_unavailable: { retryable: true, meaning: 'The database could not be reached, or cannot serve now.' },
  setup_incomplete: { retryable: false, meaning: 'Something must be installed or migrated before this can work.' },
  not_found: { retryable: false, meaning: 'No row with that id.' },
  conflict: {
    retryable: true,
    meaning: 'Another caller changed the same row first; read it again and decide. For a storage key: it is not yours.',
  },
  asset_held: { retryable: false, meaning: 'The asset is on hold: nothing of it is deleted until the hold ends.' },
  invalid_transition: { retryable: false, meaning: 'The state machine does not allow this change of state.' },
  invalid_input: { retryable: false, meaning: 'An argument of a call is malformed.' },
  capability_unsupported: { retryable: false, meaning: 'The adapter in use cannot do this.' },
  processor_capability_missing: { retryable: false, meaning: 'No installed processor makes what a recipe asks for.' },
  unknown_profile: { retryable: false, meaning: 'No profile with that name is configured.' },
  unknown_storage: { retryable: false, meaning: 'No storage with that name is configured, though rows name it.' },
  newer_worker_needed: {
    retryable: true,
    meaning: 'A newer version or configuration asked for this work; it waits for a worker that has it.',
  },
  unknown_variant: { retryable: false, meaning: 'The profile declares no variant with that name.' },
  unknown_slot: { retryable: false, meaning: 'The profile declares no slot with that name.' },
  upload_rejected: {
    retryable: false,
    meaning: 'The profile does not accept the bytes; `details.reason` says why.',
  },
  quota_exceeded: {
    retryable: false,
    meaning: 'The upload does not fit into what its account has left; `details` say how much that is.',
  },
  session_expired: { retryable: false, meaning: 'The upload session has ended; begin a new one.' },
  storage_object_missing: { retryable: false, meaning: 'The storage holds no object under that key.' },
  storage_precondition_failed: { retryable: false, meaning: 'The stored object is not the expected one.' },
  storage_unavailable: { retryable: true, meaning: 'The storage did not answer, or answered that it is overloaded.' },
  storage_denied: { retryable: false, meaning: 'The storage refused the credentials, or they lack the permission.' },
  storage_key_invalid: { retryable: false, meaning: 'A storage key is malformed.' },
  insufficient_disk: { retryable: true, meaning: 'Not enough free space for the work.' },
  insufficient_memory: { retryable: true, meaning: 'Not enough free memory for the work.' },
  checksum_mismatch: { retryable: false, meaning: 'The bytes differ from their declared or recorded checksum.' },
  not_deliverable: { retryable: false, meaning: 'The asset or variant is in a state that is never delivered.' },
  forbidden: { retryable: false, meaning: 'The authorizer refused; its reason is kept.' },
  token_invalid: { retryable: false, meaning: 'A signed token is malformed, forged or made for something else.' },
  token_expired: { retryable: false, meaning: 'A signed token is past its expiry.' },
  not_processing: { retryable: false, meaning: 'There is no work to cancel.' },
  processing_failed: { retryable: true, meaning: 'A processor could not make a variant.' },
  processing_timeout: { retryable: true, meaning: 'A processor exceeded its time limit.' },
  process_killed: {
    retryable: true,
    meaning: 'A process that did the work was killed from outside: by a person, or by the system when memory ran out.',
  },
  worker_died: { retryable: true, meaning: 'The workers that had this work died, or could not report its result.' },
  scanner_failed: { retryable: true, meaning: 'A scanner could not do its work; that says nothing about the file.' },
  analyzer_failed: { retryable: true, meaning: 'An analyzer could not do its work; that says nothing about the file.' },
  output_mismatch: { retryable: false, meaning: 'An output differs from what its recipe promises.' },
  unsupported_codec: { retryable: false, meaning: 'The installed decoders cannot read this form of file.' },
  corrupt_media: { retryable: false, meaning: 'The file cannot be decoded: it is truncated or damaged.' },
  metadata_not_removable: {
    retryable: false,
    meaning: 'The profile wants metadata removed, and this file has it in a form that cannot be removed without loss.',
  },
  limit_exceeded: { retryable: false, meaning: 'The media exceeds a limit of its profile (pixels, duration, frames).' },
  original_missing: { retryable: false, meaning: 'The original is gone from storage.' },
  original_damaged: { retryable: false, meaning: 'The stored original differs from its recorded checksum.' },
  variant_source_not_found: { retryable: false, meaning: 'A processor did not find its source file.' },
  variant_processing_cancelled: { retryable: false, meaning: 'The work was cancelled.' },
  jobs_unavailable: { retryable: true, meaning: 'The job queue could not be reached.' },
  program_not_found: { retryable: false, meaning: 'A program that the work needs was not found.' },
  program_failed: { retryable: true, meaning: 'A program that does the work ended with an error.' },
} as const

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

  constructor(code: ErrorCode, message: string, options: RindleErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? ERROR_CODES[code].retryable
    this.details = options.details ?? {}
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
