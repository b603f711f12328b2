import { cleanSentence } from '../domain/error-text.ts'
import type { RowReason } from '../domain/reasons.ts'

/**
 * A verdict that stops the bytes: the asset is quarantined. The steps of a promotion throw it. Rows store its message.
 */
export class Rejection extends Error {
  override readonly name: string = 'Rejection'
  /** A code; after a colon, the source of the verdict (`scanner_rejected:clamav`). */
  readonly reason: RowReason

  constructor(reason: RowReason, message: string) {
    super(cleanSentence(message))
    this.reason = reason
  }
}
