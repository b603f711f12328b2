import { errorOfAnswer, isClientError, networkFailed, RindleClientError } from './client-error.ts'
import { answered, type Connection, errorOfResponse, urlFrom } from './connection.ts'
import type { WireRequest } from './wire.ts'

/** How a body is sent. */
export interface SendOptions {
  readonly connection: Pick<Connection, 'baseUrl' | 'fetch'>
  readonly signal: AbortSignal
  /** Called as bytes leave, with their total so far. */
  readonly onSent: (bytes: number) => void
}

/** A connection that moves no byte for this long is abandoned. */
const STALL_TIMEOUT_MS = 60_000
// The browser sets these itself, and logs an error if a page tries.
const FORBIDDEN_HEADERS = /^(?:host|content-length)$/i

/**
 * Sends `body` to the storage. Throws {@link RindleClientError}: `storage_refused` for an answer that is not a success,
 * `file_unreadable` if the file was changed or removed since it was chosen; or the signal's reason.
 */
export async function sendBlob(target: WireRequest, body: Blob, options: SendOptions): Promise<void> {
  options.signal.throwIfAborted()
  options.onSent(0)
  // A blob's type would be sent as a header that is not in the signature.
  const bytes = body.slice(0, body.size, '')
  // fetch reports no upload progress: use XMLHttpRequest wherever it exists.
  const send = typeof XMLHttpRequest === 'undefined' ? sendByFetch : sendByXhr
  try {
    await send({ ...target, url: urlFrom(options.connection, target.url) }, bytes, options)
  } catch (error) {
    // To a page, an unreadable file looks like a broken connection.
    if (!isClientError(error, 'network_failed') || (await isReadable(bytes))) throw error
    throw new RindleClientError('file_unreadable', { cause: error })
  }
  options.onSent(body.size)
}

async function isReadable(bytes: Blob): Promise<boolean> {
  return bytes
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    )
}

function headersOf(target: WireRequest): [string, string][] {
  return Object.entries(target.headers).filter(([name]) => !FORBIDDEN_HEADERS.test(name))
}

async function sendByFetch(target: WireRequest, body: Blob, options: SendOptions): Promise<void> {
  const { method, url } = target
  const { signal } = options
  const response = await answered(signal, () =>
    options.connection.fetch(url, { method, headers: headersOf(target), body, signal }),
  )
  if (!response.ok) throw await errorOfResponse(response, 'storage_refused')
  await response.body?.cancel()
}

function sendByXhr(target: WireRequest, body: Blob, { signal, onSent }: SendOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    const abort = (): void => xhr.abort()
    let stall = setTimeout(abort, STALL_TIMEOUT_MS)
    xhr.upload.addEventListener('progress', ({ loaded }) => {
      clearTimeout(stall)
      stall = setTimeout(abort, STALL_TIMEOUT_MS)
      onSent(loaded)
    })
    // The last event after an answer, an error and an abort alike.
    xhr.addEventListener('loadend', () => {
      clearTimeout(stall)
      signal.removeEventListener('abort', abort)
      if (signal.aborted) reject(signal.reason as Error)
      else if (xhr.status === 0) reject(networkFailed())
      else if (xhr.status < 300) resolve()
      else reject(errorOfAnswer(answerOf(xhr), 'storage_refused', Date.now()))
    })
    signal.addEventListener('abort', abort, { once: true })
    xhr.open(target.method, target.url)
    for (const [name, value] of headersOf(target)) xhr.setRequestHeader(name, value)
    xhr.send(body)
  })
}

function answerOf(xhr: XMLHttpRequest): { status: number; body: string; retryAfter: string | null } {
  // Reading a header that another origin does not expose would log an error to the console.
  const retryAfter = /^retry-after: *(.+?)\s*$/im.exec(xhr.getAllResponseHeaders())?.[1] ?? null
  return { status: xhr.status, body: xhr.responseText, retryAfter }
}
