import { cleanSentence } from '../domain/error-text.ts'
import type { RowReason } from '../domain/reasons.ts'

/**
 * A verdict about bytes, by which they may go no further: the asset is quarantined. Thrown by the steps of a promotion.
 * Its message is kept in rows.
 */
export class Rejection extends Error {
  override readonly name: string = 'Rejection'
  /** A code; behind a colon, whose verdict it is (`scanner_rejected:clamav`). */
  readonly reason: RowReason

  constructor(reason: RowReason, message: string) {
    super(cleanSentence(message))
    this.reason = reason
  }
}
