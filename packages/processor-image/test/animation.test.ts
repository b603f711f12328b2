import type { Recipe } from '@rindle/core'
import { errorOf } from '@rindle/testing'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { type ImageOptions, image } from '../src/recipes/index.ts'
import { expectColour } from './decoded.ts'
import { type Colour, open, plain, quadrants, stack, storedFor } from './pictures.ts'
import { make, outcomesOf, PROCESSOR, sourceFile } from './workbench.ts'

const COLOURS: readonly Colour[] = [
  [230, 20, 20],
  [20, 220, 20],
  [20, 20, 230],
]
const DELAYS = [100, 250, 1000]
/** An animation of these options, 40 pixels wide unless they say otherwise. */
function moving(options: Partial<ImageOptions> = {}): Recipe {
  return image.from({ mode: 'fit', width: 40, format: 'webp', animated: true, ...options } as ImageOptions)
}

const MOVING = moving()

function animation(colours: readonly Colour[] = COLOURS, width = 80, height = 60): Sharp {
  const { pixels } = stack(colours.map((colour) => plain(width, height, colour)))
  return sharp(pixels, { raw: { width, height: height * colours.length, channels: 3, pageHeight: height } })
}

const SOURCES = [
  ['image/gif', () => animation().gif({ delay: DELAYS, loop: 3 })],
  ['image/webp', () => animation().webp({ delay: DELAYS, loop: 3, lossless: true })],
] as const

describe.each(SOURCES)('an animated %s', (contentType, encode) => {
  it('keeps frames, delays and loop in webp with animated: true', async () => {
    const output = await make(await sourceFile(contentType, encode()), MOVING)
    expect(output).toMatchObject({ width: 40, height: 30, contentType: 'image/webp' })
    const metadata = await sharp(output.path, { animated: true }).metadata()
    expect(metadata).toMatchObject({ pages: 3, delay: DELAYS, loop: 3, width: 40, pageHeight: 30 })
    for (const [index, colour] of COLOURS.entries()) expectColour(await middleOfFrame(output.path, index), colour)
  })

  it('may be cropped and padded as it moves', async () => {
    const source = await sourceFile(contentType, encode())
    const crop = await make(source, moving({ mode: 'crop', width: 30, height: 30 }))
    expect(await sharp(crop.path, { animated: true }).metadata()).toMatchObject({ pages: 3, width: 30, pageHeight: 30 })
    const fill = await make(source, moving({ mode: 'fill', width: 40, height: 40, background: '#000' }))
    expect(await sharp(fill.path, { animated: true }).metadata()).toMatchObject({ pages: 3, width: 40, pageHeight: 40 })
    for (const [index, colour] of COLOURS.entries()) expectColour(await middleOfFrame(fill.path, index), colour)
  })

  it('is its first frame everywhere else', async () => {
    const source = await sourceFile(contentType, encode())
    for (const format of ['webp', 'jpeg', 'png', 'avif'] as const) {
      const output = await make(source, image.fit(40, null, { format }))
      const { pages = 1 } = await sharp(output.path).metadata()
      expect({ format, pages }).toEqual({ format, pages: 1 })
      expectColour(await middleOfFrame(output.path, 0), COLOURS[0] as Colour)
    }
  })
})

describe('an animation', () => {
  it('may have more frames than fit into one picture on top of each other', async () => {
    const colours = Array.from({ length: 120 }, (_, index): Colour => [(index * 97) % 256, (index * 31) % 256, 128])
    const source = await sourceFile('image/webp', animation(colours, 16, 200).webp({ lossless: true, effort: 0 }))
    const output = await make(source, moving({ width: 12 }))
    expect(await sharp(output.path, { animated: true }).metadata()).toMatchObject({ pages: 120, pageHeight: 150 })
  })

  it('takes the same time when the encoder merges equal neighbours', async () => {
    const [first, second] = COLOURS as [Colour, Colour]
    const gif = animation([first, first, second]).gif({ delay: DELAYS, keepDuplicateFrames: true })
    const source = await sourceFile('image/gif', gif)
    expect((await sharp(source.path).metadata()).pages).toBe(3)
    const output = await make(source, MOVING)
    const { delay = [] } = await sharp(output.path, { animated: true }).metadata()
    expect(delay.reduce((total, next) => total + next, 0)).toBe(1350)
  })

  it('shows frames without a delay as long as browsers do', async () => {
    const source = await sourceFile('image/gif', animation().gif({ delay: [0, 10, 200] }))
    const output = await make(source, MOVING)
    expect((await sharp(output.path).metadata()).delay).toEqual([100, 100, 200])
  })

  it('of nothing but equal frames becomes a still', async () => {
    const [colour] = COLOURS as [Colour]
    const gif = animation([colour, colour]).gif({ delay: [100, 100], keepDuplicateFrames: true })
    const output = await make(await sourceFile('image/gif', gif), MOVING)
    expectColour(await middleOfFrame(output.path, 0), colour)
  })

  it('with an EXIF orientation is refused where it should move, and turned where it is a still', async () => {
    const frame = storedFor(quadrants(40, 20), 6)
    const { pixels } = stack([frame, plain(frame.width, frame.height, [0, 0, 0])])
    const raw = { width: frame.width, height: frame.height * 2, channels: 3, pageHeight: frame.height } as const
    const webp = sharp(pixels, { raw })
      .withMetadata({ orientation: 6 })
      .webp({ delay: [50, 50] })
    const outcomes = await outcomesOf(PROCESSOR, await sourceFile('image/webp', webp), {
      moving: MOVING,
      still: image.fit(40, null, { format: 'png' }),
    })
    expect(errorOf(outcomes.get('moving'))).toMatchObject({ code: 'unsupported_codec', retryable: false })
    expect(outcomes.get('still')).toMatchObject({ output: { width: 40, height: 20 } })
  })
})

describe('animated: true', () => {
  it('makes a still of a still', async () => {
    const output = await make(await sourceFile('image/jpeg', open(quadrants(80, 60)).jpeg()), MOVING)
    expect((await sharp(output.path).metadata()).pages).toBeUndefined()
  })
})

async function middleOfFrame(path: string, page: number): Promise<number[]> {
  const { data, info } = await sharp(path, { page }).raw().toBuffer({ resolveWithObject: true })
  const at = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels
  return [...data.subarray(at, at + info.channels)]
}
