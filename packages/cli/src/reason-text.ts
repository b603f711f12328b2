import { ERROR_CODES, type ErrorCode } from '@rindle/core'

/**
 * A reason that a row keeps (`corrupt_media`, `scanner_failed:clamav`, `promotion_failed:processing_failed` of earlier
 * versions) with the message that is kept beside it, or else with what its code means. Pure.
 */
export function reasonText(reason: string | null, message: string | null = null): string {
  if (reason === null) return message ?? 'unknown reason'
  const code = reason.split(':').find((part) => Object.hasOwn(ERROR_CODES, part))
  const meaning = message ?? (code === undefined ? null : ERROR_CODES[code as ErrorCode].meaning)
  return meaning === null ? reason : `${reason}: ${meaning}`
}
