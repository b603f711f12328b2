import { once } from 'node:events'
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const CHUNK_BYTES = 1024 * 1024
const BOUNDARY = 'rindle-bench'

/** Sends this many bytes, a multiple of a mebibyte, that begin like an MP4, and waits for the answer. */
export function sendUpload(port: number, byteSize: number): Promise<void> {
  return send(port, film(byteSize), { 'content-type': 'video/mp4', 'content-length': byteSize })
}

/** The same bytes as the only file of a form, as a browser sends it. */
export function sendForm(port: number, byteSize: number): Promise<void> {
  const disposition = 'content-disposition: form-data; name="file"; filename="film.mp4"'
  const head = Buffer.from(`--${BOUNDARY}\r\n${disposition}\r\ncontent-type: video/mp4\r\n\r\n`)
  const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`)
  const body = function* (): Generator<Buffer> {
    yield head
    yield* film(byteSize)
    yield tail
  }
  return send(port, body(), {
    'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    'content-length': head.length + byteSize + tail.length,
  })
}

async function send(port: number, body: Iterable<Buffer>, headers: OutgoingHttpHeaders): Promise<void> {
  const sending = request({ host: '127.0.0.1', port, method: 'PUT', headers })
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>
  await pipeline(Readable.from(body, { objectMode: false }), sending)
  const [response] = await answered
  response.resume()
  if (response.statusCode !== 200) throw new Error(`The upload was answered with ${response.statusCode}.`)
}

function* film(byteSize: number): Generator<Buffer> {
  const head = Buffer.alloc(CHUNK_BYTES)
  head.writeUInt32BE(24, 0)
  head.write('ftypisom\0\0\x02\0isommp41', 4, 'latin1')
  yield head
  const chunk = Buffer.alloc(CHUNK_BYTES, 'Rindle')
  for (let sent = CHUNK_BYTES; sent < byteSize; sent += CHUNK_BYTES) yield chunk
}
