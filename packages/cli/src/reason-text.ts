import { reasonMeaning } from '@rindle/core'

/** A reason that a row keeps (`corrupt_media`, `promotion_failed:processing_failed`) with what it means. Pure. */
export function reasonText(reason: string | null): string {
  if (reason === null) return 'unknown reason'
  const meaning = reasonMeaning(reason)
  return meaning === undefined ? reason : `${reason}: ${meaning}`
}
