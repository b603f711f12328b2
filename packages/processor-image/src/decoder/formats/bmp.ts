import { Refusal, unsupported } from '../refusal.ts'

/** The layout of a bitmap's pixels in its bytes. */
export interface BmpLayout {
  readonly width: number
  readonly height: number
  readonly isTopDown: boolean
  readonly bits: number
  /** Whether its rows are runs (RLE8, RLE4). */
  readonly isRunLength: boolean
  /** Masks of red, green, blue and alpha, for 16 and 32 bits; 0: there is none. */
  readonly masks: readonly [red: number, green: number, blue: number, alpha: number]
  /** Red, green and blue of each entry, for 8 bits and less. */
  readonly palette: readonly (readonly [number, number, number])[]
  /** Offset of the pixels. */
  readonly at: number
}

const FILE_HEADER_BYTES = 14
const CORE_HEADER_BYTES = 12
const INFO_HEADER_BYTES = 40
const ALPHA_MASK_HEADER_BYTES = 56
const COLOUR_SPACE_HEADER_BYTES = 108

const RLE8 = 1
const RLE4 = 2
const BITFIELDS = 3
const ALPHA_BITFIELDS = 6
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16, 24, 32],
  [RLE8]: [8],
  [RLE4]: [4],
  [BITFIELDS]: [16, 32],
  [ALPHA_BITFIELDS]: [16, 32],
}
const OTHER_COMPRESSIONS: Readonly<Record<number, string>> = {
  4: 'a JPEG or RLE24 inside',
  5: 'a PNG inside',
}
// In the file, or in another file.
const WITH_PROFILE: readonly string[] = ['DEBM', 'KNIL']

/**
 * Reads the header of a BMP. Throws a `Refusal` for one that is damaged or of an unsupported kind. Reads no pixel, and
 * allocates nothing of their size.
 */
export function readBmpHeader(bytes: Buffer): BmpLayout {
  assertBytes(bytes, FILE_HEADER_BYTES + CORE_HEADER_BYTES)
  const layout = readHeader(bytes, FILE_HEADER_BYTES, 0)
  // Some writers omit it if the pixels follow directly.
  return { ...layout, at: bytes.readUInt32LE(10) || layout.at }
}

/**
 * Reads the header of the bitmap inside an icon, which has no file header and a mask below it; otherwise as for a BMP.
 */
export function readIconHeader(bytes: Buffer): BmpLayout {
  assertBytes(bytes, INFO_HEADER_BYTES)
  // In an icon the fourth byte is transparency; in a file it means nothing.
  const layout = readHeader(bytes, 0, 0xff000000)
  return { ...layout, height: Math.floor(layout.height / 2) }
}

function readHeader(bytes: Buffer, start: number, alphaMask: number): BmpLayout {
  const headerBytes = bytes.readUInt32LE(start)
  const layout =
    headerBytes === CORE_HEADER_BYTES ? readCore(bytes, start) : readInfo(bytes, start, headerBytes, alphaMask)
  if (layout.width > 0 && layout.height > 0) return layout
  throw new Refusal('corrupt_media', 'The bitmap is damaged: it has no width or no height. Upload it again.')
}

function readCore(bytes: Buffer, start: number): BmpLayout {
  const bits = bytes.readUInt16LE(start + 10)
  if (![1, 4, 8, 24].includes(bits)) throw unsupported(`a BMP of OS/2 with ${bits} bits per pixel`)
  const tableAt = start + CORE_HEADER_BYTES
  const palette = bits === 24 ? [] : readPalette(bytes, tableAt, 2 ** bits, 3)
  return {
    width: bytes.readUInt16LE(start + 4),
    height: bytes.readUInt16LE(start + 6),
    isTopDown: false,
    bits,
    isRunLength: false,
    masks: [0, 0, 0, 0],
    palette,
    at: tableAt + palette.length * 3,
  }
}

function readInfo(bytes: Buffer, start: number, headerBytes: number, alphaMask: number): BmpLayout {
  if (headerBytes < INFO_HEADER_BYTES) throw unsupported(`a BMP with a header of ${headerBytes} bytes`)
  assertBytes(bytes, start + Math.min(headerBytes, COLOUR_SPACE_HEADER_BYTES))
  const height = bytes.readInt32LE(start + 8)
  const bits = bytes.readUInt16LE(start + 14)
  const compression = bytes.readUInt32LE(start + 16)
  assertReadable(bits, compression)
  const space = headerBytes >= COLOUR_SPACE_HEADER_BYTES ? bytes.toString('latin1', start + 56, start + 60) : ''
  if (WITH_PROFILE.includes(space)) throw unsupported('a BMP with a colour profile')
  const hasMasks = compression === BITFIELDS || compression === ALPHA_BITFIELDS
  const masks = hasMasks ? readMasks(bytes, start, headerBytes, compression) : usualMasks(bits, alphaMask)
  // They are part of all headers but the shortest.
  const maskBytes = hasMasks && headerBytes === INFO_HEADER_BYTES ? (compression === BITFIELDS ? 12 : 16) : 0
  const tableAt = start + headerBytes + maskBytes
  const colours = bytes.readUInt32LE(start + 32)
  const entries = bits > 8 ? colours : Math.min(colours || 2 ** bits, 2 ** bits)
  return {
    width: bytes.readInt32LE(start + 4),
    height: Math.abs(height),
    isTopDown: height < 0,
    bits,
    isRunLength: compression === RLE8 || compression === RLE4,
    masks,
    palette: bits > 8 ? [] : readPalette(bytes, tableAt, entries, 4),
    at: tableAt + entries * 4,
  }
}

function assertReadable(bits: number, compression: number): void {
  const other = OTHER_COMPRESSIONS[compression]
  if (other !== undefined) throw unsupported(`a BMP with ${other}`)
  if (DEPTHS[compression]?.includes(bits) === true) return
  throw unsupported(`a BMP with ${bits} bits per pixel in compression ${compression}`)
}

function usualMasks(bits: number, alphaMask: number): BmpLayout['masks'] {
  return bits === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0xff00, 0xff, bits === 32 ? alphaMask : 0]
}

function readMasks(bytes: Buffer, start: number, headerBytes: number, compression: number): BmpLayout['masks'] {
  const hasAlpha = compression === ALPHA_BITFIELDS || headerBytes >= ALPHA_MASK_HEADER_BYTES
  const at = start + INFO_HEADER_BYTES
  assertBytes(bytes, at + (hasAlpha ? 16 : 12))
  const mask = (index: number): number => bytes.readUInt32LE(at + index * 4)
  return [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0]
}

function readPalette(bytes: Buffer, at: number, entries: number, size: 3 | 4): BmpLayout['palette'] {
  assertBytes(bytes, at + entries * size)
  return Array.from({ length: entries }, (_, index) => {
    const [blue = 0, green = 0, red = 0] = bytes.subarray(at + index * size, at + index * size + 3)
    return [red, green, blue] as const
  })
}

function assertBytes(bytes: Buffer, length: number): void {
  if (bytes.byteLength >= length) return
  throw new Refusal('corrupt_media', 'The bitmap is cut off within its header. Upload it again.')
}
