import { RindleError } from './errors.ts'
import type { RowReason } from './reasons.ts'

/** Why an upload is refused. */
export interface UploadRefusal<Reason = RowReason> {
  /** For programs; it chooses the status of HTTP as well. */
  readonly reason: Reason
  /** For people: what is wrong with the file, and what to do. */
  readonly message: string
}

/** The error of an upload that is refused: `upload_rejected`, with the reason in its details. */
export function uploadRejected(
  { reason, message }: UploadRefusal<RowReason | 'body_timeout'>,
  options: { readonly retryable?: boolean } = {},
): RindleError {
  return new RindleError('upload_rejected', message, { details: { reason }, ...options })
}
