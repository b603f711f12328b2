import { reasonMeaning } from '@rindle/core'

/**
 * The reason in a row (`corrupt_media`, `scanner_failed:clamav`, or `promotion_failed:processing_failed` from earlier
 * versions) with the message beside it, or else with its meaning. Pure.
 */
export function reasonText(reason: string | null, message: string | null = null): string {
  if (reason === null) return message ?? 'unknown reason'
  const meaning = message ?? reasonMeaning(reason)
  return meaning === undefined ? reason : `${reason}: ${meaning}`
}
