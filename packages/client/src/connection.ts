import { errorOfAnswer, isClientError, networkFailed, RindleClientError } from './client-error.ts'
import type { FileHashes } from './file-hashes.ts'
import { createLimiter, type Limiter } from './limiter.ts'
import type { RememberedUploads } from './remembered-uploads.ts'
import type { ChosenOrder, WireRoute, WireRoutes } from './wire.ts'

// A server that assembles a large multipart upload answers late.
const ANSWER_TIMEOUT_MS = 60_000
const UPLOADS_AT_ONCE = 3
// Browsers open six connections to a host over HTTP/1.1: streams must leave some for everything else.
const STREAMS_AT_ONCE = 2

/** How one client reaches its server, and the limits that its uploads share. */
export interface Connection {
  /** Has no slash at its end. */
  readonly baseUrl: string
  readonly fetch: typeof fetch
  readonly headers: () => RequestInit['headers'] | Promise<RequestInit['headers']>
  readonly remembered: RememberedUploads
  /** SHA-256 of files, beside the page. */
  readonly hashes: FileHashes
  /** The place of the next upload among all of this client. */
  readonly nextInOrder: () => ChosenOrder
  /** Uploads that send bytes. */
  readonly sending: Limiter
  /** Event streams that are open. */
  readonly streams: Limiter
}

/** A URL or path that the server has sent; a path is of the server's origin, which may be another than the page's. */
export function urlFrom({ baseUrl }: Pick<Connection, 'baseUrl'>, url: string): string {
  return baseUrl.startsWith('/') ? url : new URL(url, baseUrl).href
}

/** A connection to the handler at `baseUrl`. */
export function connectionTo(parts: Omit<Connection, 'nextInOrder' | 'sending' | 'streams'>): Connection {
  const batch = randomText()
  let index = 0
  return {
    ...parts,
    nextInOrder: () => ({ batch, index: index++ }),
    baseUrl: parts.baseUrl.replace(/\/+$/, ''),
    sending: createLimiter(UPLOADS_AT_ONCE),
    streams: createLimiter(STREAMS_AT_ONCE),
  }
}

/** `crypto.randomUUID` is only there in secure contexts. */
function randomText(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}

/** One call to the server. */
export interface Call<R extends WireRoute> {
  readonly route: R
  /** The values of the path's `:` segments. */
  readonly params: Readonly<Record<ParamOf<R>, string | number>>
  readonly body?: WireRoutes[R] extends { readonly body: infer B } ? B : never
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal | undefined
}

type ParamOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamOf<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

/** Sends one request and returns its successful answer. Throws {@link RindleClientError}. */
export async function request<R extends WireRoute>(connection: Connection, call: Call<R>): Promise<Response> {
  const { body, signal } = call
  const [method = '', pattern = ''] = call.route.split(' ')
  const params: Readonly<Record<string, string | number>> = call.params
  const path = pattern.replace(/:(\w+)/g, (_segment, name: string) => encodeURIComponent(params[name] ?? ''))
  const headers = new Headers(await connection.headers())
  for (const [name, value] of Object.entries(call.headers ?? {})) headers.set(name, value)
  // Frameworks that guard against forms of other sites take a POST without a type for a form.
  const sent = method === 'POST' ? JSON.stringify(body ?? {}) : undefined
  if (sent !== undefined) headers.set('content-type', 'application/json')
  const response = await answered(signal, () =>
    connection.fetch(`${connection.baseUrl}${path}`, {
      method,
      headers,
      ...(sent === undefined ? {} : { body: sent }),
      ...(signal === undefined ? {} : { signal }),
    }),
  )
  if (response.ok) return response
  throw await errorOfResponse(response, 'response_invalid')
}

/** Sends one request and reads the JSON of its answer, in bounded time. Throws {@link RindleClientError}. */
export async function requestJson<R extends WireRoute>(
  connection: Connection,
  call: Call<R>,
): Promise<WireRoutes[R]['answer']> {
  const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
  const signal = call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout])
  return answered(call.signal, async () => {
    const response = await request(connection, { ...call, signal })
    const text = await response.text()
    try {
      return JSON.parse(text) as WireRoutes[R]['answer']
    } catch (cause) {
      throw new RindleClientError('response_invalid', { status: response.status, cause })
    }
  })
}

/** The error of a response that is not a success. */
export async function errorOfResponse(response: Response, fallbackCode: string): Promise<RindleClientError> {
  // The status is enough if the connection ends within the body.
  const body = await response.text().catch(() => '')
  const { status } = response
  return errorOfAnswer({ status, body, retryAfter: response.headers.get('retry-after') }, fallbackCode, Date.now())
}

/** Runs work over the network: its failure becomes `network_failed`, or the signal's reason if that was aborted. */
export async function answered<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isClientError(error)) throw error
    throw signal?.aborted ? signal.reason : networkFailed(error)
  }
}
