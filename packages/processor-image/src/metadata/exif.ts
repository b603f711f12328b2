import type { MetadataRemoval } from '@rindle/core/adapter'

const ORIENTATION = 0x0112
const SHORT = 3
const ENTRY_BYTES = 12
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4]

/** Entries that point to places: GPS. */
const GPS = 0x8825
/** Entries that point to further directories: of EXIF, of interoperability, and of smaller pictures. */
const POINTERS = new Set([0x8769, 0xa005, 0x014a])
/** Maker notes, XMP, IPTC, Photoshop's resources: each may hold a place. */
const MAY_HOLD_PLACES = new Set([0x927c, 0x02bc, 0x83bb, 0x8649])
/** No camera writes more; a file that does was made to keep a reader busy. */
const MAX_DIRECTORIES = 64

/**
 * The block that a removal leaves of an EXIF block (TIFF); `null`: nothing. `strip` leaves the orientation, if it is not
 * the usual one. Pure.
 */
export function exifAfter(tiff: Buffer, removal: MetadataRemoval): Buffer | null {
  const withoutPlaces = removal === 'strip_location' ? exifWithoutPlaces(tiff) : null
  if (withoutPlaces !== null) return withoutPlaces
  const orientation = orientationOf(tiff)
  return orientation === 1 ? null : orientationExif(orientation)
}

/** A block with the orientation alone: 26 bytes, little-endian. Pure. */
export function orientationExif(orientation: number): Buffer {
  const tiff = Buffer.alloc(26)
  tiff.write('II*\0', 0, 'latin1')
  tiff.writeUInt32LE(8, 4)
  tiff.writeUInt16LE(1, 8)
  tiff.writeUInt16LE(ORIENTATION, 10)
  tiff.writeUInt16LE(SHORT, 12)
  tiff.writeUInt32LE(1, 14)
  tiff.writeUInt16LE(orientation, 18)
  return tiff
}

/** The orientation of the picture, 1 to 8; 1 if the block has none. Pure. */
export function orientationOf(tiff: Buffer): number {
  const block = new Block(tiff)
  const entry = block.entries(block.u32(4)).find(({ tag }) => tag === ORIENTATION)
  const value = entry === undefined || !block.isKnown ? 1 : block.u16(entry.at + 8)
  return value >= 1 && value <= 8 ? value : 1
}

/**
 * The block without places and without maker notes, every offset as it was; `null` for a block that contradicts itself,
 * in which other readers may find more than this one. Pure.
 */
export function exifWithoutPlaces(tiff: Buffer): Buffer | null {
  const block = new Block(Buffer.from(tiff))
  if (!block.isKnown) return null
  const waiting = chainOf(block)
  const seen = new Set<number>()
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    if (directory === 0 || seen.has(directory)) continue
    seen.add(directory)
    const entries = block.entries(directory)
    const isWhole = entries.length === block.u16(directory) && entries.every((entry) => block.holds(entry))
    if (!isWhole || seen.size > MAX_DIRECTORIES) return null
    waiting.push(...entries.filter(({ tag }) => POINTERS.has(tag)).flatMap((entry) => block.offsets(entry)))
    for (const entry of entries.toReversed()) {
      if (entry.tag === GPS) block.blankDirectory(block.u32(entry.at + 8))
      else if (!MAY_HOLD_PLACES.has(entry.tag)) continue
      block.remove(directory, entry)
    }
  }
  return block.bytes
}

/** The directories that follow one another: of the picture, and of its thumbnail. */
function chainOf(block: Block): number[] {
  const chain: number[] = []
  for (let at = block.u32(4); at !== 0 && !chain.includes(at) && chain.length <= MAX_DIRECTORIES; ) {
    chain.push(at)
    at = block.u32(at + 2 + block.u16(at) * ENTRY_BYTES)
  }
  return chain
}

interface Entry {
  readonly tag: number
  readonly at: number
  /** Bytes of its value. */
  readonly length: number
}

/** A TIFF block. Reads beyond its end give 0. */
class Block {
  readonly bytes: Buffer
  readonly #isLittle: boolean

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.#isLittle = bytes.toString('latin1', 0, 2) === 'II'
  }

  get isKnown(): boolean {
    const head = this.bytes.toString('latin1', 0, 4)
    return (head === 'II*\0' || head === 'MM\0*') && this.u32(4) + 2 <= this.bytes.length
  }

  u16(at: number): number {
    if (at + 2 > this.bytes.length) return 0
    return this.#isLittle ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at)
  }

  u32(at: number): number {
    if (at + 4 > this.bytes.length) return 0
    return this.#isLittle ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at)
  }

  /** The entries of a directory that lie within the block. */
  entries(directory: number): Entry[] {
    const room = Math.max(0, Math.floor((this.bytes.length - directory - 2) / ENTRY_BYTES))
    return Array.from({ length: Math.min(room, this.u16(directory)) }, (_, index) => {
      const at = directory + 2 + index * ENTRY_BYTES
      return { tag: this.u16(at), at, length: (SIZES[this.u16(at + 2)] ?? 1) * this.u32(at + 4) }
    })
  }

  /** Whether a value lies within the block. Maker notes go, wherever they end. */
  holds({ tag, at, length }: Entry): boolean {
    return length <= 4 || MAY_HOLD_PLACES.has(tag) || this.u32(at + 8) + length <= this.bytes.length
  }

  /** The values of an entry of offsets. */
  offsets({ at, length }: Entry): number[] {
    const count = Math.min(MAX_DIRECTORIES, this.u32(at + 4))
    return count * 4 === length && count > 1
      ? Array.from({ length: count }, (_, index) => this.u32(this.u32(at + 8) + index * 4))
      : [this.u32(at + 8)]
  }

  /** Removes an entry with its value; those after it move up. */
  remove(directory: number, entry: Entry): void {
    const count = this.u16(directory)
    // Places that lie over the directory itself have blanked it.
    if (count === 0) return
    const end = Math.min(this.bytes.length, directory + 2 + count * ENTRY_BYTES + 4)
    if (entry.length > 4) this.#blank(this.u32(entry.at + 8), entry.length)
    this.bytes.copyWithin(entry.at, entry.at + ENTRY_BYTES, end)
    this.#blank(end - ENTRY_BYTES, ENTRY_BYTES)
    if (this.#isLittle) this.bytes.writeUInt16LE(count - 1, directory)
    else this.bytes.writeUInt16BE(count - 1, directory)
  }

  blankDirectory(directory: number): void {
    const entries = this.entries(directory)
    for (const { at, length } of entries) if (length > 4) this.#blank(this.u32(at + 8), length)
    this.#blank(directory, 2 + entries.length * ENTRY_BYTES)
  }

  #blank(at: number, length: number): void {
    const { bytes } = this
    if (at < bytes.length) bytes.fill(0, at, Math.min(bytes.length, at + length))
  }
}
