import { Refusal } from '../refusal.ts'
import type { BmpLayout } from './bmp.ts'

/** Red, green, blue and alpha of every pixel, from the top. */
export interface Bitmap {
  readonly pixels: Uint8Array
  readonly width: number
  readonly height: number
}

/** Decodes the pixels of a bitmap without runs. Throws a `Refusal` if bytes are missing. */
export function readBmpPixels(bytes: Buffer, layout: BmpLayout): Bitmap {
  const { width, height, isTopDown, bits, at } = layout
  const rowBytes = bmpRowBytes(width, bits)
  if (bytes.byteLength < at + rowBytes * (height - 1) + Math.ceil((width * bits) / 8)) {
    throw new Refusal('corrupt_media', 'The bitmap is cut off: rows of its picture are missing. Upload it again.')
  }
  const pixels = new Uint8Array(width * height * 4)
  const readRow = rowReader(bytes, layout)
  for (let row = 0; row < height; row += 1) {
    const y = isTopDown ? row : height - 1 - row
    readRow(at + row * rowBytes, pixels, y * width * 4)
  }
  return { pixels, width, height }
}

/** The bytes of a row with so many pixels. */
export function bmpRowBytes(width: number, bits: number): number {
  return Math.ceil((width * bits) / 32) * 4
}

/** Makes pixels opaque if their alpha channel is all zeros, as browsers do, and returns whether it did. */
export function ignoreEmptyAlpha({ pixels }: Bitmap): boolean {
  for (let at = 3; at < pixels.length; at += 4) if (pixels[at] !== 0) return false
  for (let at = 3; at < pixels.length; at += 4) pixels[at] = 255
  return true
}

type RowReader = (from: number, pixels: Uint8Array, to: number) => void

function rowReader(bytes: Buffer, layout: BmpLayout): RowReader {
  if (layout.bits <= 8) return paletteReader(bytes, layout)
  return layout.bits === 24 ? plainReader(bytes, layout) : maskReader(bytes, layout)
}

function paletteReader(bytes: Buffer, { width, bits, palette }: BmpLayout): RowReader {
  const top = (1 << bits) - 1
  return (from, pixels, to) => {
    for (let x = 0; x < width; x += 1) {
      const bit = x * bits
      const value = ((bytes[from + (bit >> 3)] ?? 0) >> (8 - bits - (bit & 7))) & top
      putColour(pixels, to + x * 4, palette[value])
    }
  }
}

/** Writes an opaque pixel; black if the palette has no such entry. */
export function putColour(pixels: Uint8Array, at: number, colour: readonly number[] | undefined): void {
  const [red = 0, green = 0, blue = 0] = colour ?? []
  pixels[at] = red
  pixels[at + 1] = green
  pixels[at + 2] = blue
  pixels[at + 3] = 255
}

function plainReader(bytes: Buffer, { width }: BmpLayout): RowReader {
  return (from, pixels, to) => {
    for (let x = 0; x < width; x += 1) {
      pixels[to + x * 4] = bytes[from + x * 3 + 2] ?? 0
      pixels[to + x * 4 + 1] = bytes[from + x * 3 + 1] ?? 0
      pixels[to + x * 4 + 2] = bytes[from + x * 3] ?? 0
      pixels[to + x * 4 + 3] = 255
    }
  }
}

function maskReader(bytes: Buffer, { width, bits, masks }: BmpLayout): RowReader {
  const size = bits / 8
  const channels = masks.map((mask) => channelOf(mask))
  return (from, pixels, to) => {
    for (let x = 0; x < width; x += 1) {
      const value = bytes.readUIntLE(from + x * size, size)
      for (let channel = 0; channel < 4; channel += 1) {
        const { mask, shift, top } = channels[channel] ?? NO_CHANNEL
        const bitsOf = (value & mask) >>> shift
        pixels[to + x * 4 + channel] = mask === 0 ? (channel === 3 ? 255 : 0) : Math.round((bitsOf / top) * 255)
      }
    }
  }
}

interface Channel {
  readonly mask: number
  readonly shift: number
  readonly top: number
}

const NO_CHANNEL: Channel = { mask: 0, shift: 0, top: 1 }

function channelOf(mask: number): Channel {
  if (mask === 0) return NO_CHANNEL
  const shift = 31 - Math.clz32(mask & -mask)
  return { mask, shift, top: mask >>> shift }
}
