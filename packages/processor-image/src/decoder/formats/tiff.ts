import type { Bytes } from '../file-bytes.ts'

/** The samples of a TIFF by its first directory. Absent tags have the defaults of the standard. */
export interface TiffDirectory {
  readonly bits: readonly number[]
  readonly compression: number
  readonly photometric: number
  readonly samples: number
  readonly isPlanar: boolean
  readonly isTiled: boolean
  readonly inkSet: number
  /** One number for each sample beyond the colours, as far as the file names them. */
  readonly extraSamples: readonly number[]
  readonly formats: readonly number[]
  /** Subsampling of the chroma of YCbCr, across and down. */
  readonly subsampling: readonly number[]
}

const BITS_PER_SAMPLE = 258
const COMPRESSION = 259
const PHOTOMETRIC = 262
const SAMPLES_PER_PIXEL = 277
const PLANAR_CONFIGURATION = 284
const TILE_WIDTH = 322
const INK_SET = 332
const EXTRA_SAMPLES = 338
const SAMPLE_FORMAT = 339
const YCBCR_SUBSAMPLING = 530
const WANTED: ReadonlySet<number> = new Set([
  BITS_PER_SAMPLE,
  COMPRESSION,
  PHOTOMETRIC,
  SAMPLES_PER_PIXEL,
  PLANAR_CONFIGURATION,
  TILE_WIDTH,
  INK_SET,
  EXTRA_SAMPLES,
  SAMPLE_FORMAT,
  YCBCR_SUBSAMPLING,
])

const SHORT = 3
const SIZES: Readonly<Record<number, number>> = { 1: 1, [SHORT]: 2, 4: 4 }
// No real picture has more entries, or more samples per pixel.
const MAX_ENTRIES = 4096
const MAX_VALUES = 64

/** Reads the first directory; `null` if there is none. */
export async function readTiffDirectory(bytes: Bytes): Promise<TiffDirectory | null> {
  const header = await bytes.read(0, 16)
  if (header.byteLength < 16) return null
  const isBigEndian = header.toString('latin1', 0, 2) === 'MM'
  const numbers = new Numbers(isBigEndian)
  const isBig = numbers.at(header, 2, 2) === 43
  const word = isBig ? 8 : 4
  const start = numbers.at(header, isBig ? 8 : 4, word)
  const countBytes = isBig ? 8 : 2
  const entryBytes = isBig ? 20 : 12
  const count = await bytes.read(start, countBytes)
  if (count.byteLength < countBytes) return null
  const entries = await bytes.read(
    start + countBytes,
    Math.min(MAX_ENTRIES, numbers.at(count, 0, countBytes)) * entryBytes,
  )
  const tags = new Map<number, readonly number[]>()
  for (let at = 0; at + entryBytes <= entries.byteLength; at += entryBytes) {
    const tag = numbers.at(entries, at, 2)
    if (WANTED.has(tag)) tags.set(tag, await valuesOf(bytes, entries.subarray(at, at + entryBytes), numbers, word))
  }
  return directoryOf(tags)
}

function directoryOf(tags: ReadonlyMap<number, readonly number[]>): TiffDirectory {
  const one = (tag: number, otherwise: number): number => tags.get(tag)?.[0] ?? otherwise
  return {
    bits: tags.get(BITS_PER_SAMPLE) ?? [1],
    compression: one(COMPRESSION, 1),
    photometric: one(PHOTOMETRIC, -1),
    samples: one(SAMPLES_PER_PIXEL, 1),
    isPlanar: one(PLANAR_CONFIGURATION, 1) === 2,
    isTiled: tags.has(TILE_WIDTH),
    inkSet: one(INK_SET, 1),
    extraSamples: tags.get(EXTRA_SAMPLES) ?? [],
    formats: tags.get(SAMPLE_FORMAT) ?? [1],
    subsampling: tags.get(YCBCR_SUBSAMPLING) ?? [2, 2],
  }
}

async function valuesOf(bytes: Bytes, entry: Buffer, numbers: Numbers, word: number): Promise<readonly number[]> {
  const size = SIZES[numbers.at(entry, 2, 2)]
  if (size === undefined) return []
  const length = Math.min(MAX_VALUES, numbers.at(entry, 4, word))
  const inline = entry.subarray(4 + word)
  const stored = length * size <= word ? inline : await bytes.read(numbers.at(inline, 0, word), length * size)
  return Array.from({ length: Math.min(length, Math.floor(stored.byteLength / size)) }, (_, index) =>
    numbers.at(stored, index * size, size),
  )
}

class Numbers {
  readonly #isBigEndian: boolean

  constructor(isBigEndian: boolean) {
    this.#isBigEndian = isBigEndian
  }

  at(buffer: Buffer, offset: number, size: number): number {
    if (size === 8) return Number(this.#isBigEndian ? buffer.readBigUInt64BE(offset) : buffer.readBigUInt64LE(offset))
    return this.#isBigEndian ? buffer.readUIntBE(offset, size) : buffer.readUIntLE(offset, size)
  }
}
