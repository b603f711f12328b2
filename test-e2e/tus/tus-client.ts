import { createHash } from 'node:crypto'
import { TUS_PATH } from './serve-tus.ts'

/** The parts of a test's request besides those of every tus request. */
export interface TusAsk {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | ReadableStream<Uint8Array>
  readonly signal?: AbortSignal
}

/** Requests of the tus protocol, one by one. */
export interface TusClient {
  /** Sends one request; `path` as a Location header gives it. */
  ask(method: string, path: string, ask?: TusAsk): Promise<Response>
  /** Begins an upload and gives its path. */
  begin(byteSize: number, metadata?: Readonly<Record<string, string>>): Promise<string>
  /** Sends bytes to follow those that are there. */
  patch(
    path: string,
    offset: number,
    body: TusAsk['body'],
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>
  /** The offset of an upload; the status if there is none. */
  offsetOf(path: string): Promise<number>
}

/** A client of a server on this machine. */
export function tusClient(port: number): TusClient {
  const ask: TusClient['ask'] = (method, path, { headers = {}, body, signal } = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { 'tus-resumable': '1.0.0', ...headers },
      ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']>, duplex: 'half' as const }),
      ...(signal === undefined ? {} : { signal }),
    })
  return {
    ask,
    async begin(byteSize, metadata = {}) {
      const headers = { 'upload-length': String(byteSize), 'upload-metadata': encoded({ ...PDF, ...metadata }) }
      const response = await ask('POST', TUS_PATH, { headers })
      if (response.status !== 201) throw new Error(`It was answered with ${response.status}: ${await response.text()}`)
      return response.headers.get('location') ?? ''
    },
    patch: (path, offset, body, headers = {}) =>
      ask('PATCH', path, {
        headers: { 'content-type': OFFSET_STREAM, 'upload-offset': String(offset), ...headers },
        ...(body === undefined ? {} : { body }),
      }),
    async offsetOf(path) {
      const response = await ask('HEAD', path)
      return response.status === 200 ? Number(response.headers.get('upload-offset')) : response.status
    },
  }
}

/** The content type of bytes that follow others. */
export const OFFSET_STREAM = 'application/offset+octet-stream'

const PDF = { profile: 'local', filename: 'lesson.pdf', filetype: 'application/pdf' }

/** Metadata as the protocol sends them. */
export function encoded(metadata: Readonly<Record<string, string>>): string {
  return Object.entries(metadata)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',')
}

/** The session that a path belongs to. */
export function sessionIdOf(path: string): string {
  return path.slice(TUS_PATH.length + 1).split('.')[0] ?? ''
}

/** Lower-case hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Bytes that the gate takes for a PDF. */
export function pdfOf(byteSize: number): Buffer {
  const bytes = Buffer.alloc(byteSize, '%PDF-1.7\n')
  // Not the same from place to place, so that bytes in a wrong place show.
  for (let at = 16; at + 4 <= byteSize; at += 16) bytes.writeUInt32BE(at, at)
  return bytes
}
