import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { TUS_PATH } from './setup.ts'

const CHUNK_BYTES = 1024 * 1024
const PROTOCOL = { 'tus-resumable': '1.0.0' }
const METADATA = Object.entries({ profile: 'video', filename: 'film.mp4', filetype: 'video/mp4' })
  .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
  .join(',')

/** Begins an upload and sends this many bytes, a multiple of a mebibyte, by one PATCH; waits for the answer. */
export async function sendByTus(port: number, byteSize: number): Promise<void> {
  const creation = { 'upload-length': String(byteSize), 'upload-metadata': METADATA }
  const { location = '' } = (await send(port, 'POST', TUS_PATH, creation, 0)).headers
  const type = 'application/offset+octet-stream'
  await send(port, 'PATCH', location, { 'content-type': type, 'upload-offset': '0' }, byteSize)
}

async function send(
  port: number,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  byteSize: number,
): Promise<IncomingMessage> {
  const length = { 'content-length': byteSize }
  const sending = request({ host: '127.0.0.1', port, method, path, headers: { ...PROTOCOL, ...headers, ...length } })
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>
  await pipeline(Readable.from(film(byteSize), { objectMode: false }), sending)
  const [response] = await answered
  response.resume()
  if ((response.statusCode ?? 500) >= 300) throw new Error(`${method} was answered with ${response.statusCode}.`)
  return response
}

function* film(byteSize: number): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK_BYTES, 'Rindle')
  for (let sent = 0; sent < byteSize; sent += CHUNK_BYTES) yield chunk
}
