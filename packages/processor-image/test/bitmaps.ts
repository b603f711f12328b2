import type { Colour } from './pictures.ts'

/** The properties of a test's bitmap. */
export interface BitmapPicture {
  readonly width: number
  readonly height: number
  readonly bits: number
  /** The stored value of a pixel: an index, or a value for the masks. */
  readonly at: (x: number, y: number) => number
  readonly palette?: readonly Colour[]
  /** For a V4 header, and compression 3. */
  readonly masks?: readonly [number, number, number, number]
  readonly isTopDown?: boolean
  /** Whether the header is that of OS/2, with 12 bytes. */
  readonly hasCoreHeader?: boolean
  /** Instead of what `at` says: the bytes of runs, or of anything. */
  readonly data?: Buffer
  readonly compression?: number
}

/** A BMP. */
export function bmp(picture: BitmapPicture): Buffer {
  const info = infoOf(picture)
  const file = Buffer.alloc(14)
  const data = picture.data ?? rowsOf(picture)
  file.write('BM')
  file.writeUInt32LE(14 + info.byteLength + data.byteLength, 2)
  file.writeUInt32LE(14 + info.byteLength, 10)
  return Buffer.concat([file, info, data])
}

/** One picture of an icon: the bytes of a PNG, or a bitmap and the pixels that its mask hides. */
export type IconEntry =
  | { readonly png: Buffer; readonly size: number }
  | { readonly bitmap: BitmapPicture; readonly isHidden?: (x: number, y: number) => boolean }

/** An ICO, or a CUR. */
export function icon(entries: readonly IconEntry[], kind: 1 | 2 = 1): Buffer {
  const header = Buffer.from([0, 0, kind, 0, entries.length, 0])
  let at = 6 + entries.length * 16
  const directory: Buffer[] = []
  const pictures: Buffer[] = []
  for (const entry of entries) {
    const bytes = 'png' in entry ? entry.png : iconBitmap(entry.bitmap, entry.isHidden ?? (() => false))
    const [width, height, bits] =
      'png' in entry ? [entry.size, entry.size, 32] : [entry.bitmap.width, entry.bitmap.height, entry.bitmap.bits]
    const line = Buffer.alloc(16)
    line.writeUInt8(width % 256, 0)
    line.writeUInt8(height % 256, 1)
    line.writeUInt16LE(bits, 6)
    line.writeUInt32LE(bytes.byteLength, 8)
    line.writeUInt32LE(at, 12)
    at += bytes.byteLength
    directory.push(line)
    pictures.push(bytes)
  }
  return Buffer.concat([header, ...directory, ...pictures])
}

function iconBitmap(bitmap: BitmapPicture, isHidden: (x: number, y: number) => boolean): Buffer {
  const info = infoOf(bitmap)
  // Picture and mask.
  info.writeInt32LE(bitmap.height * 2, 8)
  const mask = rowsOf({ ...bitmap, bits: 1, at: (x, y) => (isHidden(x, y) ? 1 : 0) })
  return Buffer.concat([info, rowsOf(bitmap), mask])
}

function infoOf({ width, height, bits, palette = [], masks, ...picture }: BitmapPicture): Buffer {
  const size = picture.hasCoreHeader === true ? 12 : masks === undefined ? 40 : 108
  const info = Buffer.alloc(size)
  info.writeUInt32LE(size, 0)
  if (picture.hasCoreHeader === true) {
    info.writeUInt16LE(width, 4)
    info.writeUInt16LE(height, 6)
    info.writeUInt16LE(1, 8)
    info.writeUInt16LE(bits, 10)
  } else {
    info.writeInt32LE(width, 4)
    info.writeInt32LE(picture.isTopDown === true ? -height : height, 8)
    info.writeUInt16LE(1, 12)
    info.writeUInt16LE(bits, 14)
    info.writeUInt32LE(picture.compression ?? (masks === undefined ? 0 : 3), 16)
    info.writeUInt32LE(palette.length, 32)
  }
  for (const [index, mask] of (masks ?? []).entries()) info.writeUInt32LE(mask, 40 + index * 4)
  const entry = ([red, green, blue]: Colour): readonly number[] =>
    picture.hasCoreHeader === true ? [blue, green, red] : [blue, green, red, 0]
  return Buffer.concat([info, Buffer.from(palette.flatMap(entry))])
}

function rowsOf({ width, height, bits, at, isTopDown = false }: BitmapPicture): Buffer {
  const rows = Array.from({ length: height }, (_, row) => {
    const y = isTopDown ? row : height - 1 - row
    const values = Array.from({ length: width }, (__, x) => at(x, y))
    const bytes = Buffer.alloc(Math.ceil((width * bits) / 32) * 4)
    if (bits >= 8) for (const [x, value] of values.entries()) bytes.writeUIntLE(value, (x * bits) / 8, bits / 8)
    else {
      const octets =
        values
          .map((value) => value.toString(2).padStart(bits, '0'))
          .join('')
          .match(/.{1,8}/g) ?? []
      for (const [index, octet] of octets.entries()) bytes[index] = Number.parseInt(octet.padEnd(8, '0'), 2)
    }
    return bytes
  })
  return Buffer.concat(rows)
}
