import { isRindleError, RindleError } from '../../domain/errors.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { errorFields } from '../../ports/logger.ts'
import { type BodyLimits, DEFAULT_BODY_LIMITS } from '../../uploads/body-pace.ts'
import { problem } from './problem-response.ts'
import { receivePut } from './receive-put.ts'
import { type OpenedFile, sendFile } from './send-file.ts'

/**
 * Options of {@link serveFile}: how slowly an upload may arrive. A slower one is refused with 408, and nothing of it is
 * stored. A reader of a file that stalls for `idleTimeoutMs` is cut off.
 */
export type ServeFileOptions = BodyLimits

/**
 * Answers a request to a signed URL of local storage, with the token as the last segment of the path: `GET` and `HEAD`
 * send the file, `PUT` takes an upload. Errors are `application/problem+json` with a `code`.
 */
export async function serveFile(runtime: Runtime, request: Request, options: ServeFileOptions = {}): Promise<Response> {
  const { method } = request
  if (method !== 'GET' && method !== 'HEAD' && method !== 'PUT') {
    return problem(405, 'invalid_input', `Method ${method} is not allowed.`, { allow: 'GET, HEAD, PUT' })
  }
  const { idleTimeoutMs = DEFAULT_BODY_LIMITS.idleTimeoutMs } = options
  try {
    const token = new URL(request.url).pathname.split('/').at(-1) ?? ''
    if (method !== 'PUT') return await sendFile(runtime, request, openToken(runtime, token, 'GET'), idleTimeoutMs)
    const opened = openToken(runtime, token, 'PUT')
    const { etag } = await receivePut(opened.storage, opened.token, request, options)
    return new Response(null, { status: 200, headers: { etag: `"${etag}"`, 'cache-control': 'no-store' } })
  } catch (error) {
    return refusal(runtime, request, error)
  }
}

/** Every local storage signs with keys of its own: the one that verifies the signature is the one that signed. */
function openToken(runtime: Runtime, token: string, method: 'GET' | 'PUT'): OpenedFile {
  const locals = Object.values(runtime.storages).filter((storage) => storage.capabilities.has('local'))
  let expired: RindleError | undefined
  for (const storage of locals) {
    try {
      return { storage, token: storage.openToken(token, method, runtime.now()) }
    } catch (error) {
      if (!isRindleError(error)) throw error
      if (error.code === 'token_expired') expired = error
    }
  }
  throw expired ?? new RindleError('token_invalid', 'The link is not valid.')
}

const STATUS_OF_REASON: Readonly<Record<string, number>> = {
  max_bytes_exceeded: 413,
  declared_mime_mismatch: 415,
  body_timeout: 408,
}

function refusal(runtime: Runtime, request: Request, error: unknown): Response {
  if (isRindleError(error, 'token_invalid') || isRindleError(error, 'token_expired')) {
    return problem(403, error.code, error.message)
  }
  if (isRindleError(error, 'storage_object_missing')) return problem(404, error.code, 'There is no such file.')
  if (isRindleError(error, 'checksum_mismatch'))
    return problem(400, error.code, 'The body does not match its checksum.')
  if (isRindleError(error, 'upload_rejected')) {
    const { reason } = error.details
    const status = typeof reason === 'string' ? STATUS_OF_REASON[reason] : undefined
    return problem(status ?? 400, error.code, error.message)
  }
  // Nobody reads this answer, and nothing failed on the server.
  if (request.signal.aborted) return problem(400, 'invalid_input', 'The client has gone away.')
  runtime.logger.error(errorFields(error), 'A file could not be served or received.')
  return problem(503, 'storage_unavailable', 'The storage cannot serve this request now.')
}
