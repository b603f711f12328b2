import { reasonMeaning } from '@rindle/core'

/**
 * A reason that a row keeps (`corrupt_media`, `scanner_failed:clamav`, `promotion_failed:processing_failed` of earlier
 * versions) with the message that is kept beside it, or else with what it means. Pure.
 */
export function reasonText(reason: string | null, message: string | null = null): string {
  if (reason === null) return message ?? 'unknown reason'
  const meaning = message ?? reasonMeaning(reason)
  return meaning === undefined ? reason : `${reason}: ${meaning}`
}
