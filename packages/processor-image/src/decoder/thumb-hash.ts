import { rgbaToThumbHash } from 'thumbhash'
import type { Size } from '../geometry.ts'
import type { Reading } from './open-source.ts'
import type { DecodeInput } from './orders.ts'
import { type Base, decodeBase } from './render.ts'

/** The most pixels of a side: more are slower, and change nothing that is seen. */
const MAX_SIDE = 100
/** A side with fewer pixels than the hash has waves gets colours that are not in the picture. */
const MIN_SIDE = 8

/** The ThumbHash of a picture, in base64. Rejects with sharp's error. */
export async function thumbHash(input: DecodeInput, reading: Reading): Promise<string> {
  using base = await decodeBase(input, sizeOf(input.facts), reading)
  return Buffer.from(rgbaToThumbHash(base.width, base.height, rgbaOf(base))).toString('base64')
}

function sizeOf({ width, height }: Size): Size {
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height))
  return { width: sideOf(width * scale), height: sideOf(height * scale) }
}

function sideOf(pixels: number): number {
  return Math.max(MIN_SIDE, Math.round(pixels))
}

/** Pixels with four channels, whatever the picture has: grey has one, and a second one for its transparency. */
function rgbaOf({ pixels, channels, width, height }: Base): Uint8Array {
  if (channels === 4) return pixels
  const rgba = new Uint8Array(width * height * 4)
  const colours = channels < 3 ? [0, 0, 0] : [0, 1, 2]
  for (let from = 0, to = 0; to < rgba.length; from += channels, to += 4) {
    for (const [place, channel] of colours.entries()) rgba[to + place] = pixels[from + channel] ?? 0
    rgba[to + 3] = channels === 2 ? (pixels[from + 1] ?? 0) : 255
  }
  return rgba
}
