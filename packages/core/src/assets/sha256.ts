import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const CHUNK_BYTES = 1024 * 1024

/** The SHA-256 of a whole stream, as lower-case hex. */
export async function sha256Of(stream: Readable, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(stream, hash, { signal })
  return hash.digest('hex')
}

/** The SHA-256 of a file, as lower-case hex. */
export function fileSha256(path: string, signal: AbortSignal): Promise<string> {
  return sha256Of(createReadStream(path, { highWaterMark: CHUNK_BYTES }), signal)
}
