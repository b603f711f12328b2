import type { RowReason } from '../../domain/reasons.ts'

/** A verdict about a URL or its file: another attempt would end the same way. */
export class FetchRefused extends Error {
  override readonly name: string = 'FetchRefused'
  readonly reason: RowReason

  constructor(reason: RowReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** A failure on the way that says nothing about the file: a later attempt may succeed. */
export class FetchOutage extends Error {
  override readonly name: string = 'FetchOutage'
  readonly reason: RowReason
  /** The wait that the server asked for. */
  readonly retryAfterSeconds: number

  constructor(reason: RowReason, message: string, retryAfterSeconds = 0) {
    super(message)
    this.reason = reason
    this.retryAfterSeconds = retryAfterSeconds
  }
}
