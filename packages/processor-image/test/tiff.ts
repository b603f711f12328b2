import { deflateSync } from 'node:zlib'

/** The properties of a test's TIFF: everything that the format allows, not only what programs write. */
export interface TiffPicture {
  readonly width: number
  readonly height: number
  /** Bits of one sample. @default 8 */
  readonly bits?: number
  /** @default 'uint' */
  readonly format?: 'uint' | 'int' | 'float'
  readonly photometric: keyof typeof PHOTOMETRIC | number
  /** The samples of one pixel, as numbers of their format. */
  readonly at: (x: number, y: number) => readonly number[]
  /** Tag 338, one number for each sample beyond the colours. @default no tag */
  readonly extraSamples?: readonly number[]
  /** Each sample in a plane of its own. */
  readonly isPlanar?: boolean
  readonly isBigEndian?: boolean
  readonly isBig?: boolean
  /** In tiles of 16 × 16 pixels. */
  readonly isTiled?: boolean
  /** Whether the bytes are deflated. */
  readonly isDeflated?: boolean
  /** The value of tag 259, whatever the bytes are. */
  readonly compression?: number
  readonly profile?: Buffer
  /** The bytes of the one strip, instead of what `at` says. */
  readonly strip?: Buffer
  /** Further tags: SHORT values, by their number. */
  readonly tags?: Readonly<Record<number, readonly number[]>>
}

const PHOTOMETRIC = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, separated: 5, ycbcr: 6, lab: 8 } as const
const TILE = 16
const BYTE = 1
const SHORT = 3
const LONG = 4
const LONG8 = 16
const UNDEFINED = 7
const SIZES: Readonly<Record<number, number>> = { [BYTE]: 1, [SHORT]: 2, [LONG]: 4, [LONG8]: 8, [UNDEFINED]: 1 }

interface Tag {
  readonly type: number
  readonly values: readonly number[]
}

/** Writes a TIFF, so that a test knows every sample of it. */
export function tiff(picture: TiffPicture): Buffer {
  const blocks = blocksOf(picture).map((block) => (picture.isDeflated === true ? deflateSync(block) : block))
  const start = picture.isBig === true ? 16 : 8
  const offsets: number[] = []
  let end = start
  for (const block of blocks) {
    offsets.push(end)
    end += block.byteLength + (block.byteLength % 2)
  }
  const padded = blocks.map((block) => Buffer.concat([block, Buffer.alloc(block.byteLength % 2)]))
  const counts = blocks.map((block) => block.byteLength)
  return Buffer.concat([headerOf(picture, end), ...padded, directoryOf(picture, tagsOf(picture, offsets, counts), end)])
}

function tagsOf(picture: TiffPicture, offsets: readonly number[], counts: readonly number[]): Map<number, Tag> {
  const { width, height, bits = 8, format = 'uint', photometric } = picture
  const samples = picture.at(0, 0).length
  const short = (...values: number[]): Tag => ({ type: SHORT, values })
  const long = (...values: number[]): Tag => ({ type: picture.isBig === true ? LONG8 : LONG, values })
  const tags = new Map<number, Tag>([
    [256, short(width)],
    [257, short(height)],
    [258, short(...Array.from({ length: samples }, () => bits))],
    [259, short(picture.compression ?? (picture.isDeflated === true ? 8 : 1))],
    [262, short(typeof photometric === 'number' ? photometric : PHOTOMETRIC[photometric])],
    [277, short(samples)],
    [284, short(picture.isPlanar === true ? 2 : 1)],
    [339, short(...Array.from({ length: samples }, () => ({ uint: 1, int: 2, float: 3 })[format]))],
  ])
  if (picture.isTiled === true) {
    tags.set(322, short(TILE)).set(323, short(TILE))
    tags.set(324, long(...offsets)).set(325, long(...counts))
  } else
    tags
      .set(273, long(...offsets))
      .set(278, short(height))
      .set(279, long(...counts))
  if (picture.extraSamples !== undefined) tags.set(338, short(...picture.extraSamples))
  if (picture.profile !== undefined) tags.set(34_675, { type: UNDEFINED, values: [...picture.profile] })
  for (const [tag, values] of Object.entries(picture.tags ?? {})) tags.set(Number(tag), short(...values))
  return tags
}

function blocksOf(picture: TiffPicture): readonly Buffer[] {
  if (picture.strip !== undefined) return [picture.strip]
  const { width, height } = picture
  const samples = picture.at(0, 0).length
  const planes = picture.isPlanar === true ? Array.from({ length: samples }, (_, plane) => [plane]) : [null]
  return planes.flatMap((only) => {
    if (picture.isTiled !== true) return [blockOf(picture, only, 0, 0, width, height)]
    const tiles: Buffer[] = []
    for (let top = 0; top < height; top += TILE) {
      for (let left = 0; left < width; left += TILE) tiles.push(blockOf(picture, only, left, top, TILE, TILE))
    }
    return tiles
  })
}

function blockOf(
  picture: TiffPicture,
  only: readonly number[] | null,
  left: number,
  top: number,
  width: number,
  height: number,
): Buffer {
  const rows: Buffer[] = []
  for (let y = top; y < top + height; y += 1) {
    const values: number[] = []
    for (let x = left; x < left + width; x += 1) {
      const all = picture.at(Math.min(x, picture.width - 1), Math.min(y, picture.height - 1))
      values.push(...(only === null ? all : only.map((sample) => all[sample] ?? 0)))
    }
    rows.push(rowOf(values, picture))
  }
  return Buffer.concat(rows)
}

function rowOf(values: readonly number[], { bits = 8, format = 'uint', isBigEndian = false }: TiffPicture): Buffer {
  if (bits % 8 !== 0) return packed(values, bits)
  const bytes = bits / 8
  const writers = {
    uint: (sample: Buffer, value: number) => sample.writeUIntLE(value, 0, bytes),
    int: (sample: Buffer, value: number) => sample.writeIntLE(value, 0, bytes),
    float: (sample: Buffer, value: number) => (bytes === 8 ? sample.writeDoubleLE(value) : sample.writeFloatLE(value)),
  }
  const samples = values.map((value) => {
    const sample = Buffer.alloc(bytes)
    writers[format](sample, value)
    return isBigEndian ? Buffer.from(sample.toReversed()) : sample
  })
  return Buffer.concat(samples)
}

// Samples of some bits, one after the other, each row beginning with a byte.
function packed(values: readonly number[], bits: number): Buffer {
  const text = values.map((value) => value.toString(2).padStart(bits, '0')).join('')
  const octets = text.match(/.{1,8}/g) ?? []
  return Buffer.from(octets.map((octet) => Number.parseInt(octet.padEnd(8, '0'), 2)))
}

function headerOf({ isBigEndian = false, isBig = false }: TiffPicture, directory: number): Buffer {
  const writer = new Writer(isBigEndian)
  writer.bytes(Buffer.from(isBigEndian ? 'MM' : 'II'))
  writer.number(isBig ? 43 : 42, 2)
  if (isBig) {
    writer.number(8, 2)
    writer.number(0, 2)
  }
  writer.number(directory, isBig ? 8 : 4)
  return writer.written()
}

function directoryOf(picture: TiffPicture, tags: ReadonlyMap<number, Tag>, start: number): Buffer {
  const { isBigEndian = false, isBig = false } = picture
  const word = isBig ? 8 : 4
  const entries = [...tags].toSorted(([a], [b]) => a - b)
  const directory = new Writer(isBigEndian)
  const outside = new Writer(isBigEndian)
  const outsideStart = start + (isBig ? 8 : 2) + entries.length * (isBig ? 20 : 12) + word
  directory.number(entries.length, isBig ? 8 : 2)
  for (const [tag, { type, values }] of entries) {
    const size = SIZES[type] ?? 1
    const value = new Writer(isBigEndian)
    for (const each of values) value.number(each, size)
    directory.number(tag, 2)
    directory.number(type, 2)
    directory.number(values.length, word)
    const bytes = value.written()
    if (bytes.byteLength <= word) directory.bytes(Buffer.concat([bytes, Buffer.alloc(word - bytes.byteLength)]))
    else {
      directory.number(outsideStart + outside.length, word)
      outside.bytes(Buffer.concat([bytes, Buffer.alloc(bytes.byteLength % 2)]))
    }
  }
  directory.number(0, word)
  return Buffer.concat([directory.written(), outside.written()])
}

class Writer {
  readonly #isBigEndian: boolean
  readonly #parts: Buffer[] = []
  length = 0

  constructor(isBigEndian: boolean) {
    this.#isBigEndian = isBigEndian
  }

  bytes(part: Buffer): void {
    this.#parts.push(part)
    this.length += part.byteLength
  }

  number(value: number, size: number): void {
    const part = Buffer.alloc(size)
    const low = size === 8 ? 4 : size
    // No test needs more than 32 bits.
    if (this.#isBigEndian) part.writeUIntBE(value, size - low, low)
    else part.writeUIntLE(value, 0, low)
    this.bytes(part)
  }

  written(): Buffer {
    return Buffer.concat(this.#parts)
  }
}
