import { ERROR_CODES, type ErrorCode } from './errors.ts'

/**
 * The reasons that a row may store besides {@link ERROR_CODES}: `error_reason` of assets, variants and runs,
 * `failure_reason` of upload sessions. After a colon may follow the subject: the name of a scanner, a code.
 */
export const REASONS = {
  empty_file: 'The file is empty.',
  max_bytes_exceeded: 'The file is larger than its profile accepts.',
  unknown_type: 'The bytes have no known type.',
  mime_not_allowed: 'The profile does not accept the type of the bytes.',
  extension_not_allowed: 'The name ends in an extension that the profile does not accept.',
  extension_mime_mismatch: 'The name stands for a different type than the bytes have.',
  declared_mime_mismatch: 'The client declared a different type than the bytes have.',
  byte_size_mismatch: 'The file does not have the size that the client declared.',
  changed_after_verification: 'The uploaded object was replaced after it had been verified.',
  scanner_rejected: 'A scanner rejected the file; its name follows.',
  promotion_failed: 'An earlier version gave up the promotion; the cause follows. Release the asset.',
  cancelled: 'The work was cancelled.',
  asset_quarantined: 'The work was cancelled because its asset was refused.',
  asset_trashed: 'The work was cancelled because its asset went into the trash.',
  asset_gone: 'The asset was purged, or its original replaced, during the work.',
  claim_lost: 'Another worker took the work over, because this one seemed dead.',
  attached_or_gone: 'The purge was not done: the asset is attached again, or gone already.',
  held: 'The purge was not done: the asset is on hold.',
  handler_failed: 'The handler of an event rejected.',
  handler_timeout: 'The handler of an event did not end within its time limit.',
  webhook_refused: 'The receiver of a webhook answered with a status that is no success.',
  webhook_timeout: 'The receiver of a webhook did not answer in time.',
  webhook_unreachable: 'The receiver of a webhook could not be reached.',
  webhook_gone: 'The receiver of a webhook answered that it is gone.',
  redirect_refused: 'A redirect is not followed: of a webhook none is, of a file at most five to allowed places.',
  address_refused: 'The address to connect to is not a public one.',
  fetch_refused: 'The server of a URL answered that it does not give the file, or in a form that cannot be read.',
  fetch_unreachable: 'The server of a URL could not be reached, or cannot serve now.',
  fetch_interrupted: 'The download of a file broke off or was too slow; it continues where it stopped.',
  expired: 'The upload session expired.',
  unexpected: 'An unforeseen error; see the log.',
} as const

/** A reason that a row may store; its subject may follow after a colon. */
export type RowReason = ErrorCode | keyof typeof REASONS | `${ErrorCode | keyof typeof REASONS}:${string}`

/**
 * The meaning of a row's reason; `undefined` for a reason of another version. With two parts, the meaning of the more
 * specific one. Pure.
 */
export function reasonMeaning(reason: string): string | undefined {
  const [first = reason, ...rest] = reason.split(':')
  return meaningOf(rest.at(-1) ?? first) ?? meaningOf(first)
}

function meaningOf(code: string): string | undefined {
  if (Object.hasOwn(REASONS, code)) return REASONS[code as keyof typeof REASONS]
  return Object.hasOwn(ERROR_CODES, code) ? ERROR_CODES[code as ErrorCode].meaning : undefined
}
