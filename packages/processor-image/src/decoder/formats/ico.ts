import { Refusal } from '../refusal.ts'
import { readIconHeader } from './bmp.ts'
import { type Bitmap, bmpRowBytes, ignoreEmptyAlpha, readBmpPixels } from './bmp-pixels.ts'
import { PNG_SIGNATURE } from './png-chunks.ts'

/** The largest picture of an icon; of several, the one with the most colours. */
export interface IconPicture {
  readonly isPng: boolean
  /** Pixels, by the picture's own header. */
  readonly width: number
  /** Pixels, by the picture's own header. */
  readonly height: number
  /** All of its bytes. */
  readonly bytes: Buffer
}

const HEADER_BYTES = 6
const ENTRY_BYTES = 16

/** Finds the picture of an ICO or CUR. Throws a `Refusal` if it is damaged. Decodes nothing. */
export function readIcon(bytes: Buffer): IconPicture {
  const pictures = entriesOf(bytes)
  const [best] = pictures.toSorted((a, b) => b.area - a.area || b.bits - a.bits)
  if (best === undefined) throw damaged('it holds no picture')
  const picture = bytes.subarray(best.at, best.at + best.length)
  if (picture.byteLength < best.length) throw damaged('its largest picture is cut off')
  if (!picture.subarray(0, PNG_SIGNATURE.byteLength).equals(PNG_SIGNATURE)) {
    const { width, height } = readIconHeader(picture)
    return { isPng: false, width, height, bytes: picture }
  }
  if (picture.byteLength < 24) throw damaged('its largest picture is cut off')
  return { isPng: true, width: picture.readUInt32BE(16), height: picture.readUInt32BE(20), bytes: picture }
}

/** Decodes the picture of an icon that is a bitmap, with its mask. Throws a `Refusal` if bytes are missing. */
export function readIconBitmap({ bytes }: IconPicture): Bitmap {
  const layout = readIconHeader(bytes)
  if (layout.isRunLength) throw damaged('its bitmap has runs, which icons do not have')
  const bitmap = readBmpPixels(bytes, layout)
  const hasAlpha = layout.masks[3] !== 0 && !ignoreEmptyAlpha(bitmap)
  const { width, height, bits, at } = layout
  if (!hasAlpha) applyMask(bitmap, bytes.subarray(at + bmpRowBytes(width, bits) * height))
  return bitmap
}

// One bit for each pixel hides it. Some writers omit the mask.
function applyMask({ pixels, width, height }: Bitmap, mask: Buffer): void {
  const rowBytes = bmpRowBytes(width, 1)
  for (let row = 0; row < height; row += 1) {
    for (let x = 0; x < width; x += 1) {
      const byte = mask[row * rowBytes + (x >> 3)] ?? 0
      if (((byte >> (7 - (x & 7))) & 1) === 1) pixels[((height - 1 - row) * width + x) * 4 + 3] = 0
    }
  }
}

interface Entry {
  readonly area: number
  readonly bits: number
  readonly at: number
  readonly length: number
}

function entriesOf(bytes: Buffer): readonly Entry[] {
  if (bytes.byteLength < HEADER_BYTES) throw damaged('it is cut off within its header')
  const count = bytes.readUInt16LE(4)
  if (bytes.byteLength < HEADER_BYTES + count * ENTRY_BYTES) throw damaged('it is cut off within its header')
  const isCursor = bytes.readUInt16LE(2) === 2
  return Array.from({ length: count }, (_, index) => {
    const at = HEADER_BYTES + index * ENTRY_BYTES
    // A byte of 0 is 256 pixels.
    const [width, height] = [bytes.readUInt8(at) || 256, bytes.readUInt8(at + 1) || 256]
    return {
      area: width * height,
      // A cursor has its hot spot there.
      bits: isCursor ? 0 : bytes.readUInt16LE(at + 6),
      length: bytes.readUInt32LE(at + 8),
      at: bytes.readUInt32LE(at + 12),
    }
  })
}

function damaged(how: string): Refusal {
  return new Refusal('corrupt_media', `The icon is damaged: ${how}. Upload it again.`)
}
