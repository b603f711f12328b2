import type { DecodedImage } from '../image-decoder.ts'

const SHORT = 3
const LONG = 4
const UNDEFINED = 7
const ENTRY_BYTES = 12
const HEADER_BYTES = 8
const UNASSOCIATED_ALPHA = 2
/** Big-endian machines have not been seen for years; sharp's builds know none. */
const LITTLE_ENDIAN = 'II*\0'

interface Entry {
  readonly tag: number
  readonly type: number
  readonly count: number
  /** A number if it fits into the entry. */
  readonly value: number | Buffer
}

/**
 * Wraps pixels as an uncompressed TIFF with their ICC profile: sharp takes none with raw pixels. One copy of them, in
 * one strip between the header and the directory.
 */
export function tiffAround({ samples, width, height, channels }: DecodedImage, icc: Uint8Array): Buffer {
  const pixels = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
  const entries = entriesOf({ width, height, channels }, samples.BYTES_PER_ELEMENT * 8, pixels.byteLength, icc)
  const directoryAt = even(HEADER_BYTES + pixels.byteLength)
  const restAt = directoryAt + 2 + entries.length * ENTRY_BYTES + 4
  const rest = entries.map(({ value }) => (typeof value === 'number' ? 0 : even(value.byteLength)))
  const file = Buffer.alloc(restAt + rest.reduce((total, bytes) => total + bytes, 0))
  file.write(LITTLE_ENDIAN, 'latin1')
  file.writeUInt32LE(directoryAt, 4)
  pixels.copy(file, HEADER_BYTES)
  file.writeUInt16LE(entries.length, directoryAt)
  let at = restAt
  for (const [index, { tag, type, count, value }] of entries.entries()) {
    const entryAt = directoryAt + 2 + index * ENTRY_BYTES
    file.writeUInt16LE(tag, entryAt)
    file.writeUInt16LE(type, entryAt + 2)
    file.writeUInt32LE(count, entryAt + 4)
    file.writeUInt32LE(typeof value === 'number' ? value : at, entryAt + 8)
    if (typeof value === 'number') continue
    value.copy(file, at)
    at += even(value.byteLength)
  }
  return file
}

function entriesOf(
  { width, height, channels }: Pick<DecodedImage, 'width' | 'height' | 'channels'>,
  bits: number,
  pixelBytes: number,
  icc: Uint8Array,
): readonly Entry[] {
  const hasAlpha = channels === 2 || channels === 4
  const number = (tag: number, type: number, value: number): Entry => ({ tag, type, count: 1, value })
  return [
    number(256, LONG, width),
    number(257, LONG, height),
    bitsOf(channels, bits),
    number(259, SHORT, 1),
    // Photometric interpretation: black is zero, or red, green and blue.
    number(262, SHORT, channels < 3 ? 1 : 2),
    number(273, LONG, HEADER_BYTES),
    number(277, SHORT, channels),
    number(278, LONG, height),
    number(279, LONG, pixelBytes),
    number(284, SHORT, 1),
    ...(hasAlpha ? [number(338, SHORT, UNASSOCIATED_ALPHA)] : []),
    { tag: 34_675, type: UNDEFINED, count: icc.byteLength, value: Buffer.from(icc) },
  ]
}

// Two of them still fit into the entry.
function bitsOf(channels: number, bits: number): Entry {
  const each = Buffer.from(Uint16Array.from({ length: channels }, () => bits).buffer)
  const value = channels > 2 ? each : channels === 2 ? each.readUInt32LE() : bits
  return { tag: 258, type: SHORT, count: channels, value }
}

function even(bytes: number): number {
  return bytes + (bytes & 1)
}
