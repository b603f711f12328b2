import { Refusal } from '../refusal.ts'
import type { BmpLayout } from './bmp.ts'
import { type Bitmap, putColour } from './bmp-pixels.ts'

const END_OF_LINE = 0
const END_OF_BITMAP = 1
const MOVE = 2

/**
 * Decodes a bitmap of runs (RLE8, RLE4). Pixels that no run reaches are transparent, as browsers show them. Throws a
 * `Refusal` if the runs end before the picture does.
 */
export function readBmpRuns(bytes: Buffer, layout: BmpLayout): Bitmap {
  const { width, height } = layout
  const pixels = new Uint8Array(width * height * 4)
  let at = layout.at
  const next = (): number => {
    const byte = bytes[at]
    if (byte === undefined)
      throw new Refusal('corrupt_media', 'The bitmap is cut off within its runs. Upload it again.')
    at += 1
    return byte
  }
  let x = 0
  let row = 0
  const put = (value: number): void => {
    if (x < width && row < height) {
      const y = layout.isTopDown ? row : height - 1 - row
      putColour(pixels, (y * width + x) * 4, layout.palette[value])
    }
    x += 1
  }
  // Two values of four bits, or one of eight.
  const value = (byte: number, index: number): number =>
    layout.bits === 8 ? byte : index % 2 === 0 ? byte >> 4 : byte & 15
  while (row < height) {
    const count = next()
    const argument = next()
    if (count > 0) {
      for (let index = 0; index < count; index += 1) put(value(argument, index))
    } else if (argument === END_OF_LINE) {
      x = 0
      row += 1
    } else if (argument === END_OF_BITMAP) break
    else if (argument === MOVE) {
      x += next()
      row += next()
    } else {
      const length = layout.bits === 8 ? argument : Math.ceil(argument / 2)
      const literal = Array.from({ length }, next)
      for (let index = 0; index < argument; index += 1) {
        put(value(literal[layout.bits === 8 ? index : index >> 1] ?? 0, index))
      }
      // Such runs are padded to a whole word.
      if (length % 2 === 1) next()
    }
  }
  return { pixels, width, height }
}
