import { cleanSentence, codeOf, errorSentence, withCauses } from './error-text.ts'
import { ERROR_CODES, type ErrorCode, isRindleError, type RindleError } from './errors.ts'
import type { RowReason } from './reasons.ts'

/**
 * The meaning of a failure.
 * - `verdict`: about the bytes, or about the requested output. A retry cannot help.
 * - `defect`: something went wrong on these bytes and may succeed next time. It counts as an attempt.
 * - `outage`: not about the bytes: a store, a disk, a database, a killed process. The work waits until it ends.
 * - `lack`: this process lacks something that the work needs, and a newer process or another machine may have it. The
 *   work waits for that one.
 */
export type FailureKind = 'verdict' | 'defect' | 'outage' | 'lack'

/** A failure, as rows and logs keep it. */
export interface Failure {
  readonly kind: FailureKind
  /** A code; after a colon, the source of the failure (`scanner_failed:clamav`). */
  readonly reason: RowReason
  /** The same as a sentence for a person. Holds no secrets. */
  readonly message: string
}

/** By code, unless an error itself says that a retry may succeed. */
const KINDS: Readonly<Record<ErrorCode, FailureKind>> = {
  config_invalid: 'lack',
  database_unavailable: 'outage',
  setup_incomplete: 'lack',
  not_found: 'verdict',
  // The database ended a transaction again and again.
  conflict: 'outage',
  asset_held: 'verdict',
  invalid_transition: 'verdict',
  invalid_input: 'verdict',
  capability_unsupported: 'lack',
  processor_capability_missing: 'lack',
  unknown_profile: 'lack',
  unknown_storage: 'lack',
  newer_worker_needed: 'lack',
  unknown_variant: 'verdict',
  unknown_slot: 'verdict',
  upload_rejected: 'verdict',
  quota_exceeded: 'verdict',
  session_expired: 'verdict',
  storage_object_missing: 'verdict',
  storage_precondition_failed: 'verdict',
  storage_unavailable: 'outage',
  storage_denied: 'outage',
  storage_key_invalid: 'verdict',
  insufficient_disk: 'outage',
  insufficient_memory: 'outage',
  // Damage on the way to or from a storage: the bytes that arrived are not the bytes that were sent.
  checksum_mismatch: 'defect',
  not_deliverable: 'verdict',
  forbidden: 'verdict',
  token_invalid: 'verdict',
  token_expired: 'verdict',
  not_processing: 'verdict',
  processing_failed: 'defect',
  processing_timeout: 'defect',
  process_killed: 'outage',
  worker_died: 'outage',
  scanner_failed: 'defect',
  analyzer_failed: 'defect',
  output_mismatch: 'verdict',
  unsupported_codec: 'verdict',
  corrupt_media: 'verdict',
  metadata_not_removable: 'verdict',
  limit_exceeded: 'verdict',
  original_missing: 'verdict',
  original_damaged: 'verdict',
  // A processor did not find its source file: only the storage knows whether the original is gone.
  variant_source_not_found: 'defect',
  variant_processing_cancelled: 'defect',
  jobs_unavailable: 'outage',
  program_not_found: 'lack',
  program_failed: 'defect',
}

/** Codes by which a probe or a decoder blames the file itself. */
export const FILE_FAULTS = ['limit_exceeded', 'corrupt_media', 'unsupported_codec'] as const

/** One of {@link FILE_FAULTS}. */
export type FileFault = (typeof FILE_FAULTS)[number]

/**
 * Classifies an error: the only place that tells a verdict about bytes from everything else. An unforeseen error is a
 * defect; an error that the system or the database reports about itself is an outage. Pure.
 */
export function failureOf(error: unknown): Failure {
  const machine = machineFailure(error)
  if (machine !== null) return machine
  if (!isRindleError(error)) return { kind: 'defect', reason: 'processing_failed', message: errorSentence(error) }
  return { kind: failureKindOf(error), reason: rowReasonOf(error), message: cleanSentence(error.message) }
}

/** The code by which an error blames the file, so that a retry cannot help; `null`: it does not. Pure. */
export function fileFaultOf(error: unknown): FileFault | null {
  if (!isRindleError(error) || failureOf(error).kind !== 'verdict') return null
  return FILE_FAULTS.find((fault) => fault === error.code) ?? null
}

function failureKindOf({ code, retryable }: RindleError): FailureKind {
  // A newer adapter may know more codes than this version.
  const kind = Object.hasOwn(KINDS, code) ? KINDS[code] : 'defect'
  const isUsual = !Object.hasOwn(ERROR_CODES, code) || ERROR_CODES[code].retryable === retryable
  if (isUsual) return kind
  if (kind === 'verdict' && retryable) return 'defect'
  return kind === 'defect' && !retryable ? 'verdict' : kind
}

/** With the name of the scanner or analyzer, where one failed. */
function rowReasonOf({ code, details: { reason } }: RindleError): RowReason {
  const isNamed = typeof reason === 'string' && reason.startsWith(`${code}:`)
  return isNamed ? (reason as `${ErrorCode}:${string}`) : code
}

const DISK: Pick<Failure, 'kind' | 'reason'> = { kind: 'outage', reason: 'insufficient_disk' }
const MEMORY: Pick<Failure, 'kind' | 'reason'> = { kind: 'outage', reason: 'insufficient_memory' }
const EXHAUSTED: Readonly<Record<string, Pick<Failure, 'kind' | 'reason'>>> = {
  ENOSPC: DISK,
  EDQUOT: DISK,
  ENOMEM: MEMORY,
}

// Classes of PostgreSQL's SQLSTATE (appendix A) that say nothing about a statement's values.
const DATABASE_CLASSES: readonly (readonly [state: RegExp, failure: Pick<Failure, 'kind' | 'reason'>])[] = [
  [/^(08|25|53|55|57|58)[0-9A-Z]{3}$/, { kind: 'outage', reason: 'database_unavailable' }],
  [/^40[0-9A-Z]{3}$/, { kind: 'outage', reason: 'conflict' }],
  [/^(3F|42)[0-9A-Z]{3}$/, { kind: 'lack', reason: 'setup_incomplete' }],
]

/** The failure that the machine or the database reports, directly or as the cause of a defect; `null`: neither does. */
function machineFailure(error: unknown): Failure | null {
  const message = errorSentence(error)
  const isOurs = isRindleError(error)
  if (isOurs && failureKindOf(error) !== 'defect') return null
  for (const cause of withCauses(error)) {
    const code = codeOf(cause) ?? ''
    const exhausted = Object.hasOwn(EXHAUSTED, code) ? EXHAUSTED[code] : undefined
    if (exhausted !== undefined) return { ...exhausted, message }
  }
  if (isOurs) return null
  const code = codeOf(error) ?? ''
  const database = DATABASE_CLASSES.find(([state]) => state.test(code))?.[1]
  if (database !== undefined) return { ...database, message }
  return isSystemError(error) ? { kind: 'outage', reason: 'processing_failed', message } : null
}

/** A call of the operating system failed: too many open files, no permission, a refused connection. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && /^E[A-Z0-9]+$/.test(codeOf(error) ?? '')
}
