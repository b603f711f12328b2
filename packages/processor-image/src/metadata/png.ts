import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import type { FilePiece, MetadataRemoval } from '@rindle/core/adapter'
import { exifAfter } from './exif.ts'
import { endsWithin, notRemovable, readBytes } from './read-bytes.ts'

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
const SIGNATURE_BYTES = SIGNATURE.length
const HEAD_BYTES = 8
const CRC_BYTES = 4
const MAX_EXIF_BYTES = 16 * 1024 * 1024
/** Programs write pixels in chunks of 8 KiB or more. */
const MAX_CHUNKS = 100_000

/** Chunks beside those that a decoder must know: colour, transparency, resolution, animation. */
const KEPT = new Set(
  'tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI mDCv cLLi bKGD hIST pHYs sPLT sTER acTL fcTL fdAT'.split(' '),
)

/** The pieces of a PNG without its metadata: texts, EXIF, times and unknown chunks, and everything after its end. */
export async function pngPieces(
  file: FileHandle,
  byteSize: number,
  removal: MetadataRemoval,
): Promise<readonly FilePiece[]> {
  const pieces: FilePiece[] = [{ start: 0, end: SIGNATURE_BYTES }]
  if (!(await readBytes(file, 0, SIGNATURE_BYTES)).equals(SIGNATURE)) throw endsWithin('the signature of a PNG')
  let hasExif = false
  let at = SIGNATURE_BYTES
  for (let chunks = 0; ; chunks += 1) {
    if (chunks > MAX_CHUNKS) throw notRemovable(`the PNG has more than ${MAX_CHUNKS} chunks`)
    const head = await readBytes(file, at, HEAD_BYTES)
    const length = head.readUInt32BE(0)
    const type = head.toString('latin1', 4, 8)
    const end = at + HEAD_BYTES + length + CRC_BYTES
    if (end > byteSize) throw endsWithin(`its chunk ${JSON.stringify(type)} at ${at}`)
    if (type === 'eXIf' && !hasExif) {
      hasExif = true
      if (length > MAX_EXIF_BYTES) throw notRemovable(`its EXIF has ${length} bytes`)
      const left = exifAfter(await readBytes(file, at + HEAD_BYTES, length), removal)
      if (left !== null) pieces.push(chunkOf('eXIf', left))
    } else if (isCritical(type) || KEPT.has(type)) {
      pieces.push({ start: at, end })
    }
    if (type === 'IEND') return pieces
    at = end
  }
}

/** A decoder must know chunks whose first letter is a capital. */
function isCritical(type: string): boolean {
  return /^[A-Z]/.test(type)
}

function chunkOf(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(HEAD_BYTES + data.length + CRC_BYTES)
  chunk.writeUInt32BE(data.length, 0)
  chunk.write(type, 4, 'latin1')
  data.copy(chunk, HEAD_BYTES)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, HEAD_BYTES + data.length)), HEAD_BYTES + data.length)
  return chunk
}
