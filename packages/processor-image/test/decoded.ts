import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { expect } from 'vitest'
import { type Colour, QUADRANT_COLOURS } from './pictures.ts'

/** Pixels of a file as they are stored in it: nothing is turned or converted. */
export interface Decoded {
  readonly width: number
  readonly height: number
  readonly channels: number
  /** Red, green, blue and, where there is one, alpha. `x` and `y` from 0 to 1, across the picture. */
  at(x: number, y: number): readonly number[]
}

export async function decode(path: string): Promise<Decoded> {
  // From memory: while a processor is started, the loader for such files may be off.
  const { data, info } = await sharp(await readFile(path), { ignoreIcc: true })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return {
    width: info.width,
    height: info.height,
    channels: info.channels,
    at(x, y) {
      const column = Math.min(info.width - 1, Math.floor(x * info.width))
      const row = Math.min(info.height - 1, Math.floor(y * info.height))
      const start = (row * info.width + column) * info.channels
      return [...data.subarray(start, start + info.channels)]
    },
  }
}

/** Checks the colour of a pixel, within the tolerance of a lossy encoder. */
export function expectColour(pixel: readonly number[], colour: Colour, tolerance = 24): void {
  const worst = Math.max(...colour.map((value, channel) => Math.abs(value - (pixel[channel] ?? Number.NaN))))
  expect(worst, `${pixel.join(',')} should be ${colour.join(',')}`).toBeLessThanOrEqual(tolerance)
}

/** Checks that the picture shows the four quadrants upright. */
export function expectUpright(picture: Decoded): void {
  expectColour(picture.at(0.2, 0.2), QUADRANT_COLOURS.topLeft)
  expectColour(picture.at(0.8, 0.2), QUADRANT_COLOURS.topRight)
  expectColour(picture.at(0.2, 0.8), QUADRANT_COLOURS.bottomLeft)
  expectColour(picture.at(0.8, 0.8), QUADRANT_COLOURS.bottomRight)
}
