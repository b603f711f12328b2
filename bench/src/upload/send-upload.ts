import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const CHUNK_BYTES = 1024 * 1024

/** Sends so many bytes, a multiple of a mebibyte, that begin as an MP4 does, and waits for the answer. */
export async function sendUpload(port: number, byteSize: number): Promise<void> {
  const sending = request({
    host: '127.0.0.1',
    port,
    method: 'PUT',
    headers: { 'content-type': 'video/mp4', 'content-length': byteSize },
  })
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>
  await pipeline(Readable.from(film(byteSize), { objectMode: false }), sending)
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
