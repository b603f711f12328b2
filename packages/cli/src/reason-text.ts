import { ERROR_CODES, type ErrorCode } from '@rindle/core'

/** A reason that a row keeps (`corrupt_media`, `promotion_failed:processing_failed`) with what its code means. Pure. */
export function reasonText(reason: string | null): string {
  if (reason === null) return 'unknown reason'
  const code = reason.split(':').at(-1) ?? reason
  return Object.hasOwn(ERROR_CODES, code) ? `${reason}: ${ERROR_CODES[code as ErrorCode].meaning}` : reason
}
