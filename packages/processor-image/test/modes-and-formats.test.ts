import type { Recipe } from '@rindle/core'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { image } from '../src/recipes/index.ts'
import { decode, expectColour, expectUpright } from './decoded.ts'
import { open, plain, QUADRANT_COLOURS, quadrants } from './pictures.ts'
import { make, outcomesOf, PROCESSOR, sourceFile } from './workbench.ts'

const FORMATS = ['jpeg', 'png', 'webp', 'avif'] as const
const CONTENT_TYPES = { jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', avif: 'image/avif' }
const BLACK = [0, 0, 0] as const

describe.each(FORMATS)('%s', (format) => {
  it('is what fit makes: the whole picture in its own proportions', async () => {
    const output = await make(
      await sourceFile('image/png', open(quadrants(400, 200)).png()),
      image.fit(100, 100, { format }),
    )
    expect(output).toMatchObject({ contentType: CONTENT_TYPES[format], width: 100, height: 50 })
    const picture = await decode(output.path)
    expect(picture).toMatchObject({ width: 100, height: 50 })
    expectUpright(picture)
  })

  it('is what crop makes: the box, covered, its middle in the middle', async () => {
    const output = await make(
      await sourceFile('image/png', open(quadrants(400, 200)).png()),
      image.crop(80, 80, { format }),
    )
    const picture = await decode(output.path)
    expect(picture).toMatchObject({ width: 80, height: 80 })
    expectUpright(picture)
    // The seam between left and right stays in the middle.
    expectColour(picture.at(0.44, 0.2), QUADRANT_COLOURS.topLeft, 40)
    expectColour(picture.at(0.56, 0.2), QUADRANT_COLOURS.topRight, 40)
  })

  it('is what fill makes: the box, the picture in its middle, the rest in the background', async () => {
    const output = await make(
      await sourceFile('image/png', open(quadrants(400, 200)).png()),
      image.fill(120, 120, { format, background: '#000' }),
    )
    const picture = await decode(output.path)
    expect(picture).toMatchObject({ width: 120, height: 120 })
    for (const y of [0.02, 0.2, 0.8, 0.98]) expectColour(picture.at(0.5, y), BLACK)
    expectColour(picture.at(0.2, 0.35), QUADRANT_COLOURS.topLeft)
    expectColour(picture.at(0.8, 0.65), QUADRANT_COLOURS.bottomRight)
  })

  it('has a byteSize, a path in the directory, and bytes that say their type', async () => {
    const source = await sourceFile('image/png', open(quadrants(40, 20)).png())
    const output = await make(source, image.fit(30, null, { format }))
    const { mediaType } = await sharp(output.path).metadata()
    expect(mediaType).toBe(CONTENT_TYPES[format])
    expect(output.byteSize).toBeGreaterThan(0)
    expect(output.path).toMatch(/\/only\.[a-z]+$/)
  })
})

describe('small pictures', () => {
  it('are not enlarged by fit and fill, and are by crop', async () => {
    const source = await sourceFile('image/png', open(quadrants(20, 10)).png())
    const outcomes = await outcomesOf(PROCESSOR, source, {
      fit: image.fit(100, 100, { format: 'png' }),
      fill: image.fill(40, 30, { format: 'png', background: '#000' }),
      wide: image.fill(40, null, { format: 'png', background: '#000' }),
      crop: image.crop(60, 60, { format: 'png' }),
    })
    const sizes = [...outcomes].map(([name, outcome]) => [name, 'output' in outcome ? outcome.output : outcome.error])
    expect(Object.fromEntries(sizes)).toMatchObject({
      fit: { width: 20, height: 10 },
      fill: { width: 40, height: 30 },
      wide: { width: 40, height: 10 },
      crop: { width: 60, height: 60 },
    })
    const fill = outcomes.get('fill')
    const picture = await decode(fill !== undefined && 'output' in fill ? fill.output.path : '')
    expect(picture.at(0.27, 0.35)).toEqual([...QUADRANT_COLOURS.topLeft])
    expect(picture.at(0.23, 0.35)).toEqual([0, 0, 0])
  })

  it('of one pixel have every variant', async () => {
    const source = await sourceFile('image/png', open(plain(1, 1, [200, 30, 30])).png())
    for (const format of FORMATS) {
      await make(source, image.fit(100, null, { format }))
      await make(source, image.crop(64, 64, { format }))
    }
  })
})

describe('position', () => {
  it.each([
    ['left', QUADRANT_COLOURS.topLeft],
    ['right', QUADRANT_COLOURS.topRight],
  ] as const)('%s of a crop keeps that side', async (position, colour) => {
    const source = await sourceFile('image/png', open(quadrants(400, 100)).png())
    const output = await make(source, image.crop(100, 100, { position, format: 'png' }))
    const picture = await decode(output.path)
    expectColour(picture.at(0.05, 0.2), colour)
    expectColour(picture.at(0.95, 0.2), colour)
  })

  it.each(['entropy', 'attention'] as const)('%s of a crop finds what there is to see', async (position) => {
    const spot = await open(quadrants(60, 60)).png().toBuffer()
    const canvas = open(plain(600, 100, [128, 128, 128])).composite([{ input: spot, left: 500, top: 20 }])
    const source = await sourceFile('image/png', canvas.png())
    const output = await make(source, image.crop(100, 100, { position, format: 'png' }))
    const colours = new Set<string>()
    const picture = await decode(output.path)
    for (let x = 0.05; x < 1; x += 0.1) {
      for (let y = 0.05; y < 1; y += 0.1) colours.add(picture.at(x, y).slice(0, 3).join(','))
    }
    for (const colour of Object.values(QUADRANT_COLOURS)) expect(colours).toContain(colour.join(','))
  })
})

describe('any size and any box', () => {
  it('gives outputs that a decoder finds as large as they were announced, from the chain and from the source', async () => {
    const side = fc.integer({ min: 1, max: 120 })
    const box: fc.Arbitrary<Recipe> = fc
      .record({
        mode: fc.constantFrom('fit' as const, 'fill' as const, 'crop' as const),
        width: side,
        height: side,
        format: fc.constantFrom('jpeg' as const, 'webp' as const, 'png' as const),
      })
      .map((options) => image.from(options))
    await fc.assert(
      fc.asyncProperty(side, side, box, box, async (width, height, first, second) => {
        const source = await sourceFile('image/jpeg', open(quadrants(width, height)).jpeg())
        const outcomes = await outcomesOf(PROCESSOR, source, { first, second })
        for (const outcome of outcomes.values()) {
          if ('error' in outcome) throw outcome.error
          const picture = await decode(outcome.output.path)
          expect(picture).toMatchObject({ width: outcome.output.width, height: outcome.output.height })
        }
      }),
      { numRuns: 40 },
    )
  })

  it('may be of an extreme shape', async () => {
    const strip = await sourceFile('image/jpeg', open(quadrants(60_000, 3)).withMetadata({ orientation: 6 }).jpeg())
    const output = await make(strip, image.crop(160, 160, { format: 'webp' }))
    expect(await decode(output.path)).toMatchObject({ width: 160, height: 160 })
    const tall = await make(strip, image.fit(1000, null, { format: 'webp' }))
    expect(await decode(tall.path)).toMatchObject({ width: 1, height: 16_383 })
  })
})

describe('a file of several JPEGs', () => {
  it('shows the first: an MPO of a camera with two lenses, or a photo with one for other displays', async () => {
    const [first, second] = await Promise.all([
      open(quadrants(80, 60)).jpeg().toBuffer(),
      open(plain(40, 40, BLACK))
        .jpeg()
        .toBuffer(),
    ])
    const source = await sourceFile('image/jpeg', Buffer.concat([first, second]))
    const output = await make(source, image.fit(80, null, { format: 'png' }))
    expect(output).toMatchObject({ width: 80, height: 60 })
    expectUpright(await decode(output.path))
  })
})
