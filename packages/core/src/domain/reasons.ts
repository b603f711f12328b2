import { ERROR_CODES, type ErrorCode } from './errors.ts'

/**
 * What a row may keep as its reason besides the codes of {@link ERROR_CODES}: `error_reason` of assets, variants and runs,
 * `failure_reason` of upload sessions. Behind a colon may follow what it is about: the name of a scanner, a code.
 */
export const REASONS = {
  empty_file: 'The file is empty.',
  max_bytes_exceeded: 'The file is larger than its profile accepts.',
  unknown_type: 'The bytes are of no type that is known.',
  mime_not_allowed: 'The bytes are of a type that the profile does not accept.',
  extension_not_allowed: 'The name ends in an extension that the profile does not accept.',
  extension_mime_mismatch: 'The name says another type than the bytes are of.',
  declared_mime_mismatch: 'The client declared another type than the bytes are of.',
  byte_size_mismatch: 'The file has another size than the client declared.',
  changed_after_verification: 'The uploaded object was replaced after it had been verified.',
  scanner_rejected: 'A scanner rejected the file; its name follows.',
  promotion_failed: 'An earlier version gave up the promotion; what went wrong follows. Release the asset.',
  cancelled: 'The work was cancelled.',
  asset_quarantined: 'The work was cancelled because its asset was refused.',
  asset_gone: 'The asset was purged, or its original replaced, while the work was done.',
  claim_lost: 'Another worker had taken the work over, because this one was thought dead.',
  attached_or_gone: 'The purge was not done: the asset is attached again, or gone already.',
  expired: 'The time of the upload ran out.',
  unexpected: 'An error that nobody foresaw; the log has it.',
} as const

/** A reason that a row may keep; what it is about may follow behind a colon. */
export type RowReason = ErrorCode | keyof typeof REASONS | `${ErrorCode | keyof typeof REASONS}:${string}`

/** What a reason of a row means; `undefined` for one of another version. Of two parts, the one that says more. Pure. */
export function reasonMeaning(reason: string): string | undefined {
  const [first = reason, ...rest] = reason.split(':')
  return meaningOf(rest.at(-1) ?? first) ?? meaningOf(first)
}

function meaningOf(code: string): string | undefined {
  if (Object.hasOwn(REASONS, code)) return REASONS[code as keyof typeof REASONS]
  return Object.hasOwn(ERROR_CODES, code) ? ERROR_CODES[code as ErrorCode].meaning : undefined
}
