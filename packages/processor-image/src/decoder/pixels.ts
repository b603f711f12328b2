import sharp, { type Channels, type Sharp } from 'sharp'

/** Decoded pixels: sRGB, 8 bits per channel or 16. */
export interface Pixels {
  readonly data: Buffer | Uint8Array | Uint16Array
  readonly width: number
  /** Height of all frames, which are stacked vertically. */
  readonly height: number
  readonly channels: Channels
  /** Height of one frame; absent for a still. */
  readonly pageHeight?: number
}

/** Begins a pipeline on pixels. */
export function sharpOn({ data, width, height, channels, pageHeight }: Pixels): Sharp {
  if (pageHeight === undefined) return sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
  return sharp(data, { raw: { width, height, channels, pageHeight }, animated: true, limitInputPixels: false })
}
