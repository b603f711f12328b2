import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { pipeline, type Readable } from 'node:stream'
import zlib from 'node:zlib'
import type { FetchNetwork } from '../../kernel/outbound/fetch-network.ts'
import { AddressRefused, guardedAgent } from '../../kernel/outbound/guarded-agent.ts'
import { secondsOfRetryAfter } from '../../kernel/outbound/retry-after-header.ts'
import { VERSION } from '../../kernel/version.ts'
import { FetchOutage, FetchRefused } from './fetch-errors.ts'
import { allowedUrl } from './source-url.ts'

/** A request for a file, or for its rest. */
export interface FetchRequest {
  readonly url: string
  /** Sent to the origin of `url` alone, not where a redirect leads to another. */
  readonly headers: Readonly<Record<string, string>>
  readonly hosts: readonly string[] | null
  /** The bytes that are there already, and what tells that the file is still the same; `null`: from the start. */
  readonly rest: { readonly offset: number; readonly validator: string } | null
  readonly network: FetchNetwork
  readonly now: Date
  readonly signal: AbortSignal
}

/** The answer of a server that gives a file, a part of one, or nothing more of it (416). */
export interface FetchResponse {
  readonly status: 200 | 206 | 416
  /** The URL after all redirects. */
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  /** Of the whole body, decoded; `null`: its end tells. */
  readonly byteSize: number | null
  /** Whether the body was compressed for the way: it cannot be continued. */
  readonly isDecoded: boolean
  readonly body: Readable
}

const MAX_REDIRECTS = 5
const REDIRECTS = [301, 302, 303, 307, 308]
const UNAVAILABLE = [408, 425, 429]
const DECODERS = {
  gzip: zlib.createGunzip,
  'x-gzip': zlib.createGunzip,
  deflate: zlib.createInflate,
  br: zlib.createBrotliDecompress,
}

/** The longest wait for the head of a response, with its connection. */
const HEAD_TIMEOUT_MS = 30_000

/**
 * Asks for a file over http(s). Every address that it connects to is checked, and at most five redirects are followed,
 * each to an allowed URL. Throws {@link FetchRefused} for a verdict, {@link FetchOutage} for anything that may pass; the
 * reason of an aborted `signal`. The caller ends the body.
 */
export async function openUrl(request: FetchRequest): Promise<FetchResponse> {
  const rules = { hosts: request.hosts, network: request.network }
  const first = allowedUrl(request.url, rules)
  let url = first
  for (let followed = 0; ; followed += 1) {
    const response = await ask(url, request, url.origin === first.origin ? request.headers : {})
    const { statusCode: status = 0, headers } = response
    if (!REDIRECTS.includes(status)) return opened(response, url, request)
    response.destroy()
    if (headers.location === undefined) {
      throw new FetchRefused('redirect_refused', `${url.host} answered ${status} without a Location.`)
    }
    if (followed === MAX_REDIRECTS) {
      throw new FetchRefused('redirect_refused', `The URL has more than ${MAX_REDIRECTS} redirects.`)
    }
    url = allowedUrl(headers.location, rules, url)
  }
}

async function ask(
  url: URL,
  { rest, network, signal }: FetchRequest,
  own: Readonly<Record<string, string>>,
): Promise<IncomingMessage> {
  const isSecure = url.protocol === 'https:'
  const agent = guardedAgent(isSecure ? 'https:' : 'http:', network)
  const headers = {
    ...own,
    'user-agent': `Rindle/${VERSION}`,
    accept: '*/*',
    'accept-encoding': 'identity',
    ...(rest === null ? {} : { range: `bytes=${rest.offset}-`, 'if-range': rest.validator }),
  }
  const answered = Promise.withResolvers<IncomingMessage>()
  const asking = (isSecure ? httpsRequest : httpRequest)(url, { agent, headers, signal })
  const timer = setTimeout(() => {
    asking.destroy(
      new FetchOutage('fetch_unreachable', `${url.host} did not answer within ${HEAD_TIMEOUT_MS / 1_000} s.`),
    )
  }, HEAD_TIMEOUT_MS)
  asking.on('response', answered.resolve)
  asking.on('error', answered.reject)
  asking.end()
  try {
    return await answered.promise
  } catch (error) {
    signal.throwIfAborted()
    throw outageOf(error, url)
  } finally {
    clearTimeout(timer)
  }
}

function outageOf(error: unknown, { host }: URL): Error {
  if (error instanceof AddressRefused) return new FetchRefused('address_refused', error.message)
  if (error instanceof FetchOutage) return error
  const { code = 'no answer' } = error as NodeJS.ErrnoException
  return new FetchOutage('fetch_unreachable', `${host} could not be reached: ${code}.`)
}

/** Judges the status, and gives the body without its transfer's compression. */
function opened(response: IncomingMessage, url: URL, { rest, now }: FetchRequest): FetchResponse {
  const { statusCode: status = 0, headers } = response
  const isExpected = status === 200 || (rest !== null && (status === 206 || status === 416))
  if (!isExpected) {
    response.destroy()
    const message = `${url.host} answered ${status}.`
    if (status < 500 && !UNAVAILABLE.includes(status)) throw new FetchRefused('fetch_refused', message)
    throw new FetchOutage('fetch_unreachable', message, secondsOfRetryAfter(headers['retry-after'], now))
  }
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  const head = { status, url, headers } as const
  if (encoding === 'identity' || encoding === '') {
    return { ...head, byteSize: declaredSize(headers), isDecoded: false, body: response }
  }
  const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding as keyof typeof DECODERS] : undefined
  if (decoder === undefined) {
    response.destroy()
    throw new FetchRefused('fetch_refused', `${url.host} sends the file in an unknown encoding.`)
  }
  // The reader counts the decoded bytes, so that a small body cannot become an endless one.
  const body = pipeline(response, decoder(), () => {})
  return { ...head, byteSize: null, isDecoded: true, body }
}

/** Node ends a body with an error that is shorter than its Content-Length, and reads none beyond it. */
function declaredSize({ 'content-length': length }: IncomingHttpHeaders): number | null {
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : null
}
