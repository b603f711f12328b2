import type { SourceFile } from '@rindle/core'
import sharp from 'sharp'
import { thumbHashToAverageRGBA, thumbHashToRGBA } from 'thumbhash'
import { describe, expect, it } from 'vitest'
import { image } from '../src/recipes/index.ts'
import { expectColour } from './decoded.ts'
import { type Colour, open, plain, QUADRANT_COLOURS, quadrants, storedFor } from './pictures.ts'
import { LIMITS, make, PROCESSOR, processorWith, sourceFile } from './workbench.ts'

const { signal } = new AbortController()

async function hashOf(source: SourceFile, processor = PROCESSOR): Promise<Buffer> {
  const hash = await processor.thumbHash?.(source, { limits: LIMITS, signal })
  return Buffer.from(hash ?? '', 'base64')
}

/** The placeholder that a page shows, at `x` and `y` from 0 to 1. */
function shown(hash: Buffer): (x: number, y: number) => readonly number[] {
  const { w, h, rgba } = thumbHashToRGBA(hash)
  return (x, y) => {
    const at = (Math.floor(y * h) * w + Math.floor(x * w)) * 4
    return [...rgba.subarray(at, at + 4)]
  }
}

// A hash has a handful of waves, so that the middle of a quarter has roughly its colour.
const ROUGHLY = 70

function expectQuadrants(hash: Buffer): void {
  const at = shown(hash)
  expectColour(at(0.2, 0.2), QUADRANT_COLOURS.topLeft, ROUGHLY)
  expectColour(at(0.8, 0.2), QUADRANT_COLOURS.topRight, ROUGHLY)
  expectColour(at(0.2, 0.8), QUADRANT_COLOURS.bottomLeft, ROUGHLY)
  expectColour(at(0.8, 0.8), QUADRANT_COLOURS.bottomRight, ROUGHLY)
}

describe('the ThumbHash of a picture', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is upright with EXIF orientation %i', async (orientation) => {
    const stored = open(storedFor(quadrants(160, 80), orientation)).withMetadata({ orientation })
    const hash = await hashOf(await sourceFile('image/jpeg', stored.jpeg()))
    expect(hash.byteLength).toBeLessThan(30)
    const { w, h } = thumbHashToRGBA(hash)
    expect(w / h).toBeCloseTo(2, 0)
    expectQuadrants(hash)
  })

  it('is of a grey picture, of one in other colours, and of one of a single pixel', async () => {
    const grey = await hashOf(
      await sourceFile(
        'image/png',
        open(plain(50, 30, [90, 90, 90]))
          .toColourspace('b-w')
          .png(),
      ),
    )
    expectColour(shown(grey)(0.5, 0.5), [90, 90, 90], 8)
    const wide = open(quadrants(160, 80)).withIccProfile('p3')
    expectQuadrants(await hashOf(await sourceFile('image/jpeg', wide.jpeg())))
    const pixel = await hashOf(await sourceFile('image/png', open(plain(1, 1, [200, 30, 30])).png()))
    expectColour(shown(pixel)(0.5, 0.5), [200, 30, 30], 16)
  })

  it.each([
    ['colours', (): [number, number, number] => [220, 30, 30]],
    ['grey', (): [number, number, number] => [120, 120, 120]],
  ] as const)('is as transparent as the picture, in %s', async (name, colour) => {
    const [r, g, b] = colour()
    const half = { create: { width: 40, height: 40, channels: 4 as const, background: { r, g, b, alpha: 1 } } }
    const picture = sharp({
      create: { width: 80, height: 40, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .composite([{ input: half, left: 0, top: 0 }])
      .png()
    const png = await (name === 'grey'
      ? sharp(await picture.toBuffer())
          .toColourspace('b-w')
          .png()
      : picture
    ).toBuffer()
    const hash = await hashOf(await sourceFile('image/png', png))
    expect(thumbHashToAverageRGBA(hash).a).toBeCloseTo(0.5, 1)
    const at = shown(hash)
    expect(at(0.1, 0.5)[3]).toBeGreaterThan(200)
    expect(at(0.9, 0.5)[3]).toBeLessThan(55)
    // What is transparent brings no black.
    expectColour(at(0.1, 0.5), [r, g, b] satisfies Colour, 24)
  })

  it('is of very long pictures', async () => {
    const long = await hashOf(await sourceFile('image/png', open(plain(3, 4000, [20, 200, 20])).png()))
    expectColour(shown(long)(0, 0.5), [20, 200, 20], 24)
  })
})

describe('the ThumbHash of an output', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)(
    'of the format %s is made, although no profile accepts that type',
    async (format) => {
      const processor = processorWith({ concurrency: 1 })
      await processor.start({ acceptedTypes: new Set(['image/bmp']) })
      const source = await sourceFile('image/png', open(quadrants(160, 80)).png())
      const output = await make(source, image.fit(120, null, { format }))
      expectQuadrants(await hashOf({ ...output, contentType: `image/${format}` }, processor))
    },
  )
})

describe('a picture without a ThumbHash', () => {
  it('is damaged, and is called that', async () => {
    const whole = await open(quadrants(160, 80)).jpeg().toBuffer()
    const source = await sourceFile('image/jpeg', whole.subarray(0, whole.byteLength / 2))
    await expect(PROCESSOR.thumbHash?.(source, { limits: LIMITS, signal })).rejects.toMatchObject({
      code: 'corrupt_media',
    })
  })

  it('has a type that nothing here reads', async () => {
    const source = await sourceFile('image/jxl', 'no picture')
    await expect(PROCESSOR.thumbHash?.(source, { limits: LIMITS, signal })).rejects.toMatchObject({
      code: 'unsupported_codec',
    })
  })
})
