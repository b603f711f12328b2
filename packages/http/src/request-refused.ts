import { type ErrorCode, RindleError } from '@rindle/core'

/** A refusal with an HTTP status of its own. Internal. */
export class RequestRefused extends RindleError {
  readonly status: number
  /** Headers of the answer. */
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: ErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(code, message)
    this.status = status
    this.headers = headers
  }
}
