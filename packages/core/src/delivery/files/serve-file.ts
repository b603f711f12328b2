import { isRindleError, type RindleError } from '../../domain/errors.ts'
import { isReservedKey } from '../../domain/keys.ts'
import { problemResponse } from '../../kernel/problem-response.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { invalidLink } from '../../kernel/signed-tokens.ts'
import type { OpenedToken, StorageAdapter } from '../../ports/storage.ts'
import { type BodyLimits, DEFAULT_BODY_LIMITS } from '../../uploads/body-pace.ts'
import { fileCacheControl } from './cache-control.ts'
import { preflight, readableByPages } from './cross-origin.ts'
import { receivePut } from './receive-put.ts'
import { refusal } from './refusal.ts'
import { type SentFile, sendFile } from './send-file.ts'

/**
 * Options of {@link serveFile}: how slowly an upload may arrive. A slower one is refused with 408, and nothing of it is
 * stored. A reader of a file that stalls for `idleTimeoutMs` is cut off.
 */
export type ServeFileOptions = BodyLimits

/**
 * Answers a request to a signed URL of local storage, with the token as the last segment of the path: `GET` and `HEAD`
 * send the file, `PUT` takes an upload. Pages of every origin may read it: the token is all that it asks for. Errors are `application/problem+json` with a `code`.
 */
export async function serveFile(runtime: Runtime, request: Request, options: ServeFileOptions = {}): Promise<Response> {
  return request.method === 'OPTIONS' ? preflight() : readableByPages(await answer(runtime, request, options))
}

async function answer(runtime: Runtime, request: Request, options: ServeFileOptions): Promise<Response> {
  const { method } = request
  if (method !== 'GET' && method !== 'HEAD' && method !== 'PUT') {
    const detail = `Method ${method} is not allowed.`
    return problemResponse({ status: 405, code: 'invalid_input', detail }, { allow: 'GET, HEAD, PUT' })
  }
  const { idleTimeoutMs = DEFAULT_BODY_LIMITS.idleTimeoutMs } = options
  try {
    const token = new URL(request.url).pathname.split('/').at(-1) ?? ''
    if (method !== 'PUT') {
      const opened = openToken(runtime, token, 'GET')
      return await sendFile(runtime, request, sentFile(runtime, opened), idleTimeoutMs)
    }
    const opened = openToken(runtime, token, 'PUT')
    const { etag } = await receivePut(opened.storage, opened.token, request, options)
    return new Response(null, { status: 200, headers: { etag: `"${etag}"`, 'cache-control': 'no-store' } })
  } catch (error) {
    return refusal(runtime, request, error, 'A file could not be served or received.')
  }
}

/** A storage that has verified a token's signature, and the grant in the token. */
interface OpenedFile {
  readonly storage: StorageAdapter
  readonly token: OpenedToken
}

function sentFile(runtime: Runtime, { storage, token }: OpenedFile): SentFile {
  const { key, contentType, disposition, expiresAt } = token
  // Objects under Rindle's keys never change, only the URL expires. The application may put another file under its own
  // key.
  const isCurrent = isReservedKey(key, Object.keys(runtime.profiles))
  return {
    storage,
    key,
    ...(contentType === undefined ? {} : { contentType }),
    ...(disposition === undefined ? {} : { disposition }),
    cacheControl: fileCacheControl({ expiresAt, isCurrent, now: runtime.now() }),
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
  throw expired ?? invalidLink()
}
