import type { FileHandle } from 'node:fs/promises'
import { type FilePiece, lengthOfPieces, type MetadataRemoval } from '@rindle/core/adapter'
import { exifAfter } from './exif.ts'
import { endsWithin, notRemovable, readBytes } from './read-bytes.ts'

const FILE_HEAD_BYTES = 12
const HEAD_BYTES = 8
const MAX_EXIF_BYTES = 16 * 1024 * 1024
/** An animation of 25 frames a second has as many after a quarter of an hour. */
const MAX_CHUNKS = 20_000
const HAS_EXIF = 0x08
const HAS_XMP = 0x04

const KEPT = new Set(['VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP'])

interface Chunk {
  readonly type: string
  readonly at: number
  readonly length: number
  readonly end: number
}

/** The pieces of a WebP without its metadata: EXIF, XMP and unknown chunks, and everything after its end. */
export async function webpPieces(
  file: FileHandle,
  byteSize: number,
  removal: MetadataRemoval,
): Promise<readonly FilePiece[]> {
  const pieces: FilePiece[] = []
  let extended: Buffer | null = null
  let exif: Buffer | null = null
  for await (const chunk of chunksOf(file, byteSize)) {
    if (KEPT.has(chunk.type)) pieces.push({ start: chunk.at, end: chunk.end })
    else if (chunk.type === 'VP8X' && extended === null) {
      extended = await readBytes(file, chunk.at, chunk.end - chunk.at)
      pieces.push(extended)
    } else if (chunk.type === 'EXIF' && exif === null && extended !== null) {
      exif = exifAfter(await tiffOf(file, chunk), removal)
      if (exif !== null) pieces.push(riffChunk('EXIF', exif))
    }
  }
  if (extended !== null && extended.length > HEAD_BYTES) {
    const flags = (extended[HEAD_BYTES] ?? 0) & ~(HAS_EXIF | HAS_XMP)
    extended[HEAD_BYTES] = flags | (exif === null ? 0 : HAS_EXIF)
  }
  const head = await readBytes(file, 0, FILE_HEAD_BYTES)
  head.writeUInt32LE(lengthOfPieces(pieces) + 4, 4)
  return [head, ...pieces]
}

async function* chunksOf(file: FileHandle, byteSize: number): AsyncGenerator<Chunk> {
  const form = await readBytes(file, 0, FILE_HEAD_BYTES)
  if (!/^RIFF.{4}WEBP$/s.test(form.toString('latin1'))) throw endsWithin('the head of a WebP')
  const stop = Math.min(byteSize, HEAD_BYTES + form.readUInt32LE(4))
  let at = FILE_HEAD_BYTES
  for (let chunks = 0; at + HEAD_BYTES <= stop; chunks += 1) {
    if (chunks > MAX_CHUNKS) throw notRemovable(`the WebP has more than ${MAX_CHUNKS} chunks`)
    const head = await readBytes(file, at, HEAD_BYTES)
    const type = head.toString('latin1', 0, 4)
    const length = head.readUInt32LE(4)
    if (at + HEAD_BYTES + length > byteSize) throw endsWithin(`its chunk ${JSON.stringify(type)} at ${at}`)
    const end = Math.min(byteSize, at + HEAD_BYTES + length + (length & 1))
    yield { type, at, length, end }
    at = end
  }
}

/** Some programs write the `Exif\0\0` of JPEG before the block. */
async function tiffOf(file: FileHandle, { at, length }: Chunk): Promise<Buffer> {
  if (length > MAX_EXIF_BYTES) throw notRemovable(`its EXIF has ${length} bytes`)
  const bytes = await readBytes(file, at + HEAD_BYTES, length)
  return bytes.toString('latin1', 0, 4) === 'Exif' ? bytes.subarray(6) : bytes
}

function riffChunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.write(type, 0, 'latin1')
  head.writeUInt32LE(data.length, 4)
  return Buffer.concat([head, data, Buffer.alloc(data.length & 1)])
}
