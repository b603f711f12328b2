import { type ErrorCode, RindleError } from '@rindle/core'

/** A refusal that HTTP itself has a status for. Internal. */
export class RequestRefused extends RindleError {
  readonly status: number
  /** Sent along. */
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: ErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(code, message)
    this.status = status
    this.headers = headers
  }
}
