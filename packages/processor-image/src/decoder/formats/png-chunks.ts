import { crc32 } from 'node:zlib'
import type { Bytes } from '../file-bytes.ts'

/** The place of a chunk of a PNG. */
export interface PngChunk {
  readonly type: string
  /** Offset of its data. */
  readonly at: number
  /** Length of its data. */
  readonly length: number
}

/** The first bytes of every PNG. */
export const PNG_SIGNATURE: Buffer = Buffer.from('89504e470d0a1a0a', 'hex')

const HEADER_BYTES = 8
const CHECKSUM_BYTES = 4
// More than the longest animations have.
const MAX_CHUNKS = 500_000

/** The complete chunks of a PNG in their order. */
export async function* pngChunks(bytes: Bytes): AsyncGenerator<PngChunk> {
  let at = PNG_SIGNATURE.byteLength
  for (let count = 0; count < MAX_CHUNKS; count += 1) {
    const header = await bytes.read(at, HEADER_BYTES)
    if (header.byteLength < HEADER_BYTES) return
    const length = header.readUInt32BE(0)
    const start = at + HEADER_BYTES
    if (start + length + CHECKSUM_BYTES > bytes.byteSize) return
    yield { type: header.toString('latin1', 4, 8), at: start, length }
    at = start + length + CHECKSUM_BYTES
  }
}

/** A chunk with its length and checksum. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(data.byteLength + 12)
  chunk.writeUInt32BE(data.byteLength, 0)
  chunk.write(type, 4, 'latin1')
  data.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.byteLength)), 8 + data.byteLength)
  return chunk
}
