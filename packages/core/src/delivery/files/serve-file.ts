import { isRindleError, type RindleError } from '../../domain/errors.ts'
import { problemResponse } from '../../kernel/problem-response.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { invalidLink } from '../../kernel/signed-tokens.ts'
import type { TenantOption } from '../../kernel/sql/of-tenant.ts'
import { type BodyLimits, DEFAULT_BODY_LIMITS } from '../../uploads/body-pace.ts'
import { fileCacheControl } from './cache-control.ts'
import { preflight, READABLE_BY_PAGES, readableByPages, UNCHANGED_READABLE_BY_PAGES } from './cross-origin.ts'
import { type FileAnswer, type FileCall, toAnswer, toResponse } from './file-answer.ts'
import { keepAnswer, keptAnswer } from './kept-answer.ts'
import { assertValid, assertWithin, type KnownLink, knownLink, rememberLink } from './known-links.ts'
import { receivePut } from './receive-put.ts'
import { refusal } from './refusal.ts'
import { freshAnswer, type SentFile, sendFile } from './send-file.ts'

/**
 * Options of {@link serveFile}: how slowly an upload may arrive. A slower one is refused with 408, and nothing of it is
 * stored. A reader of a file that stalls for `idleTimeoutMs` is cut off.
 */
export type ServeFileOptions = BodyLimits & TenantOption

/**
 * Answers a request to a signed URL of local storage, with the token as the last segment of the path: `GET` and `HEAD`
 * send the file, `PUT` takes an upload. Pages of every origin may read it: the token is all that it asks for. Errors are `application/problem+json` with a `code`.
 */
export async function serveFile(runtime: Runtime, request: Request, options: ServeFileOptions = {}): Promise<Response> {
  const { method } = request
  if (method === 'OPTIONS') return preflight()
  if (method === 'PUT') return readableByPages(await takeFile(runtime, request, options))
  const { idleTimeoutMs = DEFAULT_BODY_LIMITS.idleTimeoutMs } = options
  const { headers, signal } = request
  const within = options.tenant === undefined ? {} : { tenant: options.tenant }
  const call = { method, path: new URL(request.url).pathname, headers, signal, ...within }
  return toResponse(await answerFile(runtime, call), idleTimeoutMs)
}

/** A request for a file, and the tenant that it must be of. */
type LinkCall = FileCall & TenantOption & { readonly signal?: AbortSignal }

/**
 * Answers `GET` and `HEAD` as {@link serveFile} does, without the Fetch API, which takes most of the time of a small
 * file: at once where nothing has to be read, else later. Rejects with nothing: a failure of the server is logged, and is
 * an answer.
 */
export function answerFile(runtime: Runtime, call: LinkCall): FileAnswer | Promise<FileAnswer> {
  return unchanged(runtime, call) ?? readFile(runtime, call)
}

async function readFile(runtime: Runtime, call: LinkCall): Promise<FileAnswer> {
  return readable(await read(runtime, call))
}

function readable({ status, headers, body }: FileAnswer): FileAnswer {
  const readers = status === 304 ? UNCHANGED_READABLE_BY_PAGES : READABLE_BY_PAGES
  return { status, headers: { ...headers, ...readers }, body }
}

/** The answer to a browser that has the file already, by a link that was opened before; else `null`. */
function unchanged(runtime: Runtime, call: LinkCall): FileAnswer | null {
  if (call.headers.get('if-none-match') === null || (call.method !== 'GET' && call.method !== 'HEAD')) return null
  const link = knownLink(runtime, tokenIn(call.path))
  const now = runtime.now()
  if (link === undefined || call.tenant !== undefined || now >= link.token.expiresAt) return null
  const kept = keptAnswer(link, call, now)
  if (kept !== undefined) return kept
  const fresh = link.storage.openFile === undefined ? null : freshAnswer(runtime, call, sentFile(runtime, link))
  return fresh === null ? null : keepAnswer(link, readable(fresh), now)
}

async function read(runtime: Runtime, call: LinkCall): Promise<FileAnswer> {
  const { method, path, tenant } = call
  if (method !== 'GET' && method !== 'HEAD') {
    const detail = `Method ${method} is not allowed.`
    return toAnswer(problemResponse({ status: 405, code: 'invalid_input', detail }, { allow: 'GET, HEAD, PUT' }))
  }
  try {
    const text = tokenIn(path)
    const link = knownLink(runtime, text) ?? rememberLink(runtime, text, openToken(runtime, text, 'GET'))
    assertValid(link, runtime.now())
    assertWithin(link, tenant)
    return await sendFile(runtime, call, sentFile(runtime, link))
  } catch (error) {
    return toAnswer(refusal(runtime, call, error, FAILED))
  }
}

async function takeFile(runtime: Runtime, request: Request, options: ServeFileOptions): Promise<Response> {
  try {
    const token = tokenIn(new URL(request.url).pathname)
    const opened = openToken(runtime, token, 'PUT')
    assertWithin(opened, options.tenant)
    const { etag } = await receivePut(opened.storage, opened.token, request, options)
    return new Response(null, { status: 200, headers: { etag: `"${etag}"`, 'cache-control': 'no-store' } })
  } catch (error) {
    return refusal(runtime, request, error, FAILED)
  }
}

const FAILED = 'A file could not be served or received.'

function tokenIn(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function sentFile(runtime: Runtime, { storage, token, isCurrent }: KnownLink): SentFile {
  const { key, contentType, disposition, expiresAt } = token
  return {
    storage,
    key,
    ...(contentType === undefined ? {} : { contentType }),
    ...(disposition === undefined ? {} : { disposition }),
    cacheControl: fileCacheControl({ expiresAt, isCurrent, now: runtime.now() }),
  }
}

/** Every local storage signs with keys of its own: the one that verifies the signature is the one that signed. */
function openToken(runtime: Runtime, token: string, method: 'GET' | 'PUT'): Pick<KnownLink, 'storage' | 'token'> {
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
