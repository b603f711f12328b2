import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const MEBIBYTE = 1024 * 1024

/** Writes an MP4 to the disk in one pass, sniffed and hashed; returns its SHA-256. */
export async function storeFilm(body: Readable, path: string): Promise<string> {
  const hash = createHash('sha256')
  let isFirst = true
  const inspect = new Transform({
    highWaterMark: MEBIBYTE,
    transform(chunk: Buffer, _encoding, callback) {
      if (isFirst && chunk.toString('latin1', 4, 8) !== 'ftyp') return callback(new Error('It is not an MP4.'))
      isFirst = false
      hash.update(chunk)
      callback(null, chunk)
    },
  })
  await pipeline(body, inspect, createWriteStream(path, { highWaterMark: MEBIBYTE }))
  return hash.digest('hex')
}
