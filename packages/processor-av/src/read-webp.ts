/** The header of a WebP file, and the sum of its frames. */
export interface WebpFacts {
  readonly width: number
  readonly height: number
  /** `null`: a single picture. */
  readonly durationMs: number | null
}

const HEADER_BYTES = 12
const CHUNK_HEADER_BYTES = 8
/** The shortest chunks of these names. */
const MIN_BYTES: Readonly<Record<string, number>> = { VP8X: 10, 'VP8 ': 10, ANMF: 16 }

/** Reads the chunks of a lossy WebP file, animated or not; `null` when it is none, or cut off. Pure. */
export function readWebp(bytes: Buffer): WebpFacts | null {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(4) + 8 !== bytes.length) return null
  let size: Pick<WebpFacts, 'width' | 'height'> | null = null
  let durationMs: number | null = null
  let offset = HEADER_BYTES
  while (offset + CHUNK_HEADER_BYTES <= bytes.length) {
    const name = bytes.toString('latin1', offset, offset + 4)
    const length = bytes.readUInt32LE(offset + 4)
    const body = bytes.subarray(offset + CHUNK_HEADER_BYTES, offset + CHUNK_HEADER_BYTES + length)
    if (body.length < Math.max(length, MIN_BYTES[name] ?? 0)) return null
    // Sides are stored less one.
    if (name === 'VP8X') size = { width: body.readUIntLE(4, 3) + 1, height: body.readUIntLE(7, 3) + 1 }
    // A picture without such a header: its sides have 14 bits each.
    if (name === 'VP8 ') size ??= { width: body.readUInt16LE(6) & 0x3fff, height: body.readUInt16LE(8) & 0x3fff }
    if (name === 'ANMF') durationMs = (durationMs ?? 0) + body.readUIntLE(12, 3)
    offset += CHUNK_HEADER_BYTES + length + (length % 2)
  }
  return size === null ? null : { ...size, durationMs }
}
