import { open } from 'node:fs/promises'
import { IncomingMessage } from 'node:http'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { RindleError } from '../../domain/errors.ts'
import { isDisposable } from '../../kernel/disposable-chunks.ts'
import type { OpenedSource } from './opened-source.ts'
import { openDataUrl, textBody } from './text-source.ts'

/**
 * A source that can be uploaded through the application: a path, bytes, base64, a `data:` URL, a web `File` or `Blob`, a
 * Node or web stream, or a `Request` whose body is the file itself. A file on a server is fetched by `uploadFrom`.
 */
export type UploadSource =
  | string
  | URL
  | Uint8Array
  | Base64Source
  | Blob
  | Readable
  | ReadableStream<Uint8Array>
  | Request

/** A file as base64 text (RFC 4648, with either alphabet), such as in a JSON document. */
export interface Base64Source {
  readonly base64: string
  /** @default none */
  readonly filename?: string
  /** @default none */
  readonly contentType?: string
}

function isBase64(source: object): source is Base64Source {
  return 'base64' in source && typeof source.base64 === 'string'
}

// Large reads make a one-pass upload a third faster than Node's default of 64 KiB.
const READ_CHUNK_BYTES = 1024 * 1024

/**
 * Opens any {@link UploadSource} as one byte stream. `invalid_input` for anything else, or when it cannot be opened.
 */
export async function openSource(source: UploadSource): Promise<OpenedSource> {
  if (typeof source === 'string' || source instanceof URL) return openPathOrUrl(source)
  if (source instanceof Uint8Array) {
    const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength)
    return { body: Readable.from([bytes]), disposeChunks: false }
  }
  if (source instanceof Blob) return openBlob(source)
  if (source instanceof Request) return openRequest(source)
  if (source instanceof Readable) return { body: source, disposeChunks: isFreshRequest(source) }
  if (source instanceof ReadableStream) return openStream(source)
  if (isBase64(source)) return { ...source, body: textBody(source.base64, 'base64'), disposeChunks: true }
  throw new RindleError(
    'invalid_input',
    'The upload source must be a path, bytes, base64, a data URL, a Blob or File, a stream, or a Request.',
  )
}

async function openPathOrUrl(source: string | URL): Promise<OpenedSource> {
  const [scheme = ''] = /^(data|https?):/i.exec(String(source)) ?? []
  if (scheme === '') return openFile(source)
  if (/^data:$/i.test(scheme)) return openDataUrl(String(source))
  throw new RindleError('invalid_input', 'upload() does not fetch URLs. Call uploadFrom() with the URL.')
}

async function openFile(path: string | URL): Promise<OpenedSource> {
  try {
    const file = await open(path)
    if ((await file.stat()).isFile()) {
      const body = file.createReadStream({ highWaterMark: READ_CHUNK_BYTES })
      return { body, disposeChunks: true, filename: basename(String(path)) }
    }
    await file.close()
  } catch (error) {
    throw new RindleError('invalid_input', `Cannot read "${basename(String(path))}": ${whyUnopened(error)}.`, {
      cause: error,
    })
  }
  throw new RindleError('invalid_input', `"${basename(String(path))}" is not a file.`)
}

function openBlob(blob: Blob): OpenedSource {
  return {
    ...openStream(blob.stream()),
    ...(blob instanceof File ? { filename: blob.name } : {}),
    ...(blob.type === '' ? {} : { contentType: blob.type }),
  }
}

function openRequest(request: Request): OpenedSource {
  const contentType = request.headers.get('content-type')
  if (contentType?.startsWith('multipart/form-data')) {
    throw new RindleError(
      'invalid_input',
      'The request is a form. Take the file out of it first, as a stream: Request.formData() would hold the whole body in memory.',
    )
  }
  return { ...openBody(request), ...(contentType === null ? {} : { contentType }) }
}

/** A body of no bytes is none, where a server has read the headers. */
function openBody({ body, headers }: Request): OpenedSource {
  if (body !== null) return openStream(body)
  if (headers.get('content-length') === '0') return { body: Readable.from([]), disposeChunks: false }
  throw new RindleError('invalid_input', 'The request has no body.')
}

function openStream(stream: ReadableStream<Uint8Array>): OpenedSource {
  return { body: Readable.fromWeb(stream), disposeChunks: isDisposable(stream) }
}

/** A `node:http` request without another listener: its chunks are ours. */
function isFreshRequest(body: Readable): boolean {
  return body instanceof IncomingMessage && body.listenerCount('data') === 0
}

function whyUnopened(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied'
  return code ?? 'it could not be opened'
}
