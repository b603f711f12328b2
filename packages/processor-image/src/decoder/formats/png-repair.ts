import { constants, deflateSync, inflateSync } from 'node:zlib'
import type { Bytes } from '../file-bytes.ts'
import { PNG_SIGNATURE, pngChunk, pngChunks } from './png-chunks.ts'

/** A PNG that was cut off, completed. */
export interface RepairedPng {
  readonly bytes: Buffer
  /** The share of missing rows; these are white or, if the picture has transparency, transparent. */
  readonly missing: number
}

const GREY = 0
const RGB = 2
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }
const UNFILTERED = 0

/**
 * Completes a PNG that ends early, so that its decoder reads it to the end. `null` if that is not possible: rows are
 * damaged, or it is interlaced and pixels of all its rows are missing. Its pixels are in memory meanwhile; the caller
 * has checked their number.
 */
export async function repairPng(file: Bytes): Promise<RepairedPng | null> {
  const { header, before, data } = await readParts(file)
  if (header === null) return null
  const rows = rowsOf(header)
  const inflated = inflate(data, rows.bytes)
  if (inflated === null) return null
  const whole = Math.floor(inflated.byteLength / rows.rowBytes)
  if (header.isInterlaced && inflated.byteLength < rows.bytes) return null
  const pixels = Buffer.alloc(rows.bytes, header.type === GREY || header.type === RGB ? 0xff : 0)
  inflated.copy(pixels, 0, 0, whole * rows.rowBytes)
  for (let row = whole; row < header.height; row += 1) pixels[row * rows.rowBytes] = UNFILTERED
  const bytes = Buffer.concat([
    PNG_SIGNATURE,
    ...before,
    pngChunk('IDAT', deflateSync(header.isInterlaced ? inflated : pixels, { level: 1 })),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
  return { bytes, missing: header.isInterlaced ? 0 : 1 - whole / header.height }
}

interface Header {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly type: number
  readonly isInterlaced: boolean
}

interface Parts {
  readonly header: Header | null
  readonly before: readonly Buffer[]
  /** Compressed, as far as it goes. */
  readonly data: Buffer
}

async function readParts(file: Bytes): Promise<Parts> {
  const before: Buffer[] = []
  const data: Buffer[] = []
  let header: Header | null = null
  let end = PNG_SIGNATURE.byteLength
  for await (const { type, at, length } of pngChunks(file)) {
    const content = Buffer.from(await file.read(at, length))
    end = at + length + 4
    if (type === 'IHDR' && length === 13) header = headerOf(content)
    if (type === 'IDAT') data.push(content)
    else if (data.length === 0) before.push(pngChunk(type, content))
  }
  // The last chunk, which is cut off.
  const rest = await file.read(end, file.byteSize)
  if (rest.toString('latin1', 4, 8) === 'IDAT') data.push(rest.subarray(8, 8 + rest.readUInt32BE(0)))
  return { header, before, data: Buffer.concat(data) }
}

function headerOf(content: Buffer): Header {
  return {
    width: content.readUInt32BE(0),
    height: content.readUInt32BE(4),
    depth: content[8] ?? 0,
    type: content[9] ?? 0,
    isInterlaced: content[12] === 1,
  }
}

// Each row begins with a byte for its filter.
function rowsOf({ width, height, depth, type, isInterlaced }: Header): { rowBytes: number; bytes: number } {
  const bits = depth * (CHANNELS[type] ?? 1)
  const bytesOf = (pixels: number): number => 1 + Math.ceil((pixels * bits) / 8)
  if (!isInterlaced) return { rowBytes: bytesOf(width), bytes: bytesOf(width) * height }
  const passes = ADAM7.map(([left, top, across, down]) => {
    const columns = Math.ceil((width - left) / across)
    return columns <= 0 ? 0 : bytesOf(columns) * Math.max(0, Math.ceil((height - top) / down))
  })
  return { rowBytes: bytesOf(width), bytes: passes.reduce((sum, bytes) => sum + bytes, 0) }
}

const ADAM7: readonly (readonly [left: number, top: number, across: number, down: number])[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
]

function inflate(data: Buffer, maxOutputLength: number): Buffer | null {
  try {
    return inflateSync(data, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength })
  } catch (error) {
    // An error of zlib: the bytes are damaged, or there are more than the header says.
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}
