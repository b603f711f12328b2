import { isRindleError } from '../../domain/errors.ts'
import { httpStatusOf } from '../../domain/http-status.ts'
import { failureResponse, problemResponse } from '../../kernel/problem-response.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { noSuchFile } from './send-file.ts'

/** Answers a failed request for a file or an image; `message` is that of the log, for failures of the server. */
export function refusal(
  { logger }: Runtime,
  { signal }: { readonly signal?: AbortSignal },
  error: unknown,
  message: string,
): Response {
  // The URL names the file itself, not an upload that waits for its bytes.
  if (isRindleError(error, 'storage_object_missing')) return noSuchFile()
  if (httpStatusOf(error) >= 500 && signal?.aborted === true) {
    // Nobody reads this answer, and nothing failed on the server.
    return problemResponse({ status: 400, code: 'invalid_input', detail: 'The client has gone away.' })
  }
  return failureResponse(error, { logger, message })
}
