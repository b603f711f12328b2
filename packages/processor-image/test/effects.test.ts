import { readFile } from 'node:fs/promises'
import type { Recipe } from '@rindle/core'
import type { VariantRecipes } from '@rindle/testing'
import { errorOf, outputOf } from '@rindle/testing'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type BoxOptions, image } from '../src/recipes/index.ts'
import { decode, expectColour } from './decoded.ts'
import { type Colour, open, photoLike, plain, QUADRANT_COLOURS, quadrants, storedFor } from './pictures.ts'
import { rawOf } from './readers.ts'
import { applicationFile, make, outcomesOf, PROCESSOR, request, sourceFile } from './workbench.ts'

const WHITE: Colour = [255, 255, 255]
const { topLeft, topRight, bottomLeft, bottomRight } = QUADRANT_COLOURS

async function cornersOf(recipe: Recipe, width = 200, height = 100): Promise<readonly (readonly number[])[]> {
  const { path } = await make(await sourceFile('image/png', open(quadrants(width, height)).png()), recipe)
  const picture = await decode(path)
  return [
    [0.2, 0.2],
    [0.8, 0.2],
    [0.2, 0.8],
    [0.8, 0.8],
  ].map(([x = 0, y = 0]) => picture.at(x, y))
}

describe('enlarge', () => {
  it('makes a small picture as large as the box, which stays as it is otherwise', async () => {
    const source = await sourceFile('image/png', open(quadrants(40, 20)).png())
    expect(await make(source, image.fit(100, 100, { enlarge: true }))).toMatchObject({ width: 100, height: 50 })
    expect(await make(source, image.fit(100, 100))).toMatchObject({ width: 40, height: 20 })
    const filled = await make(source, image.fill(100, 100, { enlarge: true, background: '#000', format: 'png' }))
    const picture = await decode(filled.path)
    expectColour(picture.at(0.1, 0.4), topLeft)
    expectColour(picture.at(0.1, 0.1), [0, 0, 0])
  })
})

describe('a turn', () => {
  it.each<[options: BoxOptions, colours: readonly Colour[], isTurned: boolean]>([
    [{ rotate: 90 }, [bottomLeft, topLeft, bottomRight, topRight], true],
    [{ rotate: 180 }, [bottomRight, bottomLeft, topRight, topLeft], false],
    [{ rotate: -90 }, [topRight, bottomRight, topLeft, bottomLeft], true],
    [{ flip: true }, [bottomLeft, bottomRight, topLeft, topRight], false],
    [{ flop: true }, [topRight, topLeft, bottomRight, bottomLeft], false],
    [{ rotate: 90, flop: true }, [topLeft, bottomLeft, topRight, bottomRight], true],
    [{ rotate: 90, flip: true }, [bottomRight, topRight, bottomLeft, topLeft], true],
  ])('of %j puts every quarter where it belongs, within the box', async (options, colours, isTurned) => {
    for (const own of [{}, { colourSpace: 'p3' }] as const) {
      const found = await cornersOf(image.fit(50, 50, { format: 'png', ...options, ...own }))
      for (const [index, colour] of colours.entries()) expectColour(found[index] ?? [], colour, 70)
    }
    const source = await sourceFile('image/png', open(quadrants(200, 100)).png())
    const size = isTurned ? { width: 25, height: 50 } : { width: 50, height: 25 }
    expect(await make(source, image.fit(50, 50, options))).toMatchObject(size)
    expect(await make(source, image.fit(500, 500, options))).toMatchObject(
      isTurned ? { width: 100, height: 200 } : { width: 200, height: 100 },
    )
  })

  it('comes before the crop, whose position is that of the turned picture', async () => {
    const top = await cornersOf(image.crop(40, 20, { format: 'png', rotate: 90, position: 'top' }))
    for (const [index, colour] of [bottomLeft, topLeft, bottomLeft, topLeft].entries())
      expectColour(top[index] ?? [], colour)
    const left = await cornersOf(image.crop(20, 40, { format: 'png', flop: true, position: 'left' }))
    for (const [index, colour] of [topRight, topRight, bottomRight, bottomRight].entries())
      expectColour(left[index] ?? [], colour)
  })

  it('comes after the orientation of EXIF', async () => {
    const source = await sourceFile('image/jpeg', open(quadrants(200, 100)).jpeg().withMetadata({ orientation: 6 }))
    const output = await make(source, image.fit(50, 50, { rotate: 270, format: 'png' }))
    expect(output).toMatchObject({ width: 50, height: 25 })
    const picture = await decode(output.path)
    expectColour(picture.at(0.2, 0.2), topLeft)
    expectColour(picture.at(0.8, 0.8), bottomRight)
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'comes after the orientation %i of EXIF in a decode of its own, too',
    async (orientation) => {
      const stored = open(storedFor(quadrants(200, 100), orientation))
        .jpeg({ quality: 95 })
        .withMetadata({ orientation })
      const source = await sourceFile('image/jpeg', stored)
      for (const colourSpace of ['srgb', 'p3'] as const) {
        const output = await make(source, image.fit(50, 50, { rotate: 90, flip: true, format: 'png', colourSpace }))
        expect(output).toMatchObject({ width: 25, height: 50 })
        const picture = await decode(output.path)
        expectColour(picture.at(0.2, 0.2), bottomRight, 70)
        expectColour(picture.at(0.8, 0.2), topRight, 70)
        expectColour(picture.at(0.2, 0.8), bottomLeft, 70)
      }
    },
  )

  it('by another angle has corners in the background, and fits the box', async () => {
    const source = await sourceFile('image/png', open(plain(200, 100, [200, 20, 20])).png())
    const output = await make(source, image.fit(90, 90, { rotate: 45, background: '#00f', format: 'png' }))
    expect(output).toMatchObject({ width: 90, height: 90 })
    const picture = await decode(output.path)
    expectColour(picture.at(0.05, 0.05), [0, 0, 255])
    expectColour(picture.at(0.5, 0.5), [200, 20, 20])
    const clear = await decode(
      (await make(source, image.fit(90, 90, { rotate: 45, background: '#0000', format: 'png' }))).path,
    )
    expect(clear.at(0.05, 0.05)[3]).toBe(0)
    const jpeg = await decode((await make(source, image.crop(60, 60, { rotate: 45 }))).path)
    expectColour(jpeg.at(0.02, 0.02), WHITE)
  })
})

describe('trim', () => {
  it('cuts off plain edges, also after a turn by EXIF and before one by the recipe', async () => {
    const inner = await open(quadrants(120, 60)).png().toBuffer()
    const framed = sharp({ create: { width: 300, height: 200, channels: 3, background: '#fff' } }).composite([
      { input: inner, left: 30, top: 20 },
    ])
    const source = await sourceFile('image/png', framed.png())
    const output = await make(source, image.fit(60, null, { trim: true, format: 'png' }))
    expect(output).toMatchObject({ width: 60, height: 30 })
    expectColour((await decode(output.path)).at(0.02, 0.02), topLeft)
    expect(await make(source, image.fit(60, null, { trim: 20, rotate: 90 }))).toMatchObject({ width: 60, height: 120 })
    expect(await make(source, image.crop(50, 50, { trim: true }))).toMatchObject({ width: 50, height: 50 })
    const turned = await sourceFile(
      'image/jpeg',
      await sharp(await framed.png().toBuffer())
        .jpeg({ quality: 95 })
        .withMetadata({ orientation: 8 })
        .toBuffer(),
    )
    const { width = 0, height = 0 } = await make(turned, image.fit(1000, null, { trim: 40 }))
    expect([Math.abs(width - 60) < 3, Math.abs(height - 120) < 3]).toEqual([true, true])
  })

  it('leaves a picture of one colour whole', async () => {
    const source = await sourceFile('image/png', open(plain(80, 60, [9, 9, 9])).png())
    expect(await make(source, image.fit(40, null, { trim: true }))).toMatchObject({ width: 40, height: 30 })
  })
})

describe('colours', () => {
  it('become greys of the same brightness', async () => {
    const [red = []] = await cornersOf(image.fit(100, null, { format: 'png', grayscale: true }))
    expect(new Set(red.slice(0, 3)).size).toBe(1)
  })

  it.each([
    ['a coloured picture', plain(60, 60, [128, 128, 128])],
    ['a picture of colours', plain(60, 60, [30, 200, 40])],
  ])('get the hue of a tint: %s', async (_, picture) => {
    const source = await sourceFile('image/png', open(picture).png())
    const [red = 0, green = 0, blue = 0] = (
      await decode((await make(source, image.fit(30, null, { format: 'png', tint: '#f80' }))).path)
    ).at(0.5, 0.5)
    expect([red > green, green > blue]).toEqual([true, true])
  })

  it('get the hue of a tint in a picture that has none', async () => {
    const grey = open(plain(60, 60, [128, 128, 128])).toColourspace('b-w')
    const source = await sourceFile('image/jpeg', grey.jpeg())
    expect((await sharp(source.path).metadata()).channels).toBe(1)
    for (const recipe of [
      image.fit(30, null, { format: 'png', tint: '#f80' }),
      image.fit(30, null, { format: 'jpeg', tint: '#f80', trim: true }),
    ]) {
      const [red = 0, green = 0, blue = 0] = (await decode((await make(source, recipe)).path)).at(0.5, 0.5)
      expect([red > green + 30, green > blue + 30]).toEqual([true, true])
    }
  })
})

describe('sharpness', () => {
  const edges = async (recipe: Recipe): Promise<number> => {
    const { path } = await make(await sourceFile('image/png', open(photoLike(400, 300)).png()), recipe)
    const { data, width, channels } = await rawOf(path)
    let sum = 0
    for (let at = width * channels; at < data.length; at += 1)
      sum += Math.abs((data[at] ?? 0) - (data[at - channels] ?? 0))
    return sum
  }

  it('falls by blur and rises by sharpen, the more the larger the sigma', async () => {
    const fit = (options: BoxOptions): Recipe => image.fit(200, null, { format: 'png', ...options })
    const [heavy, light, bare, mild, strong] = [
      await edges(fit({ blur: 8 })),
      await edges(fit({ blur: 1 })),
      await edges(fit({})),
      await edges(fit({ sharpen: true })),
      await edges(fit({ sharpen: 2 })),
    ]
    expect([heavy, light, bare, mild, strong]).toEqual([heavy, light, bare, mild, strong].toSorted((a, b) => a - b))
    expect(light).toBeLessThan(bare * 0.9)
    expect(strong).toBeGreaterThan(bare * 1.1)
  })
})

describe('round corners', () => {
  it.each(['png', 'webp', 'avif', 'gif', 'tiff'] as const)('are transparent in %s', async (format) => {
    const source = await sourceFile('image/jpeg', open(plain(200, 200, [200, 20, 20])).jpeg())
    const picture = await decode((await make(source, image.crop(100, 100, { format, radius: 30 }))).path)
    expect(picture.channels).toBe(4)
    for (const [x, y] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const)
      expect(picture.at(x, y)[3]).toBeLessThan(5)
    expect(picture.at(0.5, 0.01)[3]).toBeGreaterThan(250)
    expect(picture.at(0.09, 0.09)[3]).toBeGreaterThan(250)
    expectColour(picture.at(0.5, 0.5), [200, 20, 20])
  })

  it('have the background in jpeg', async () => {
    const source = await sourceFile('image/png', open(plain(200, 100, [200, 20, 20])).png())
    const picture = await decode((await make(source, image.fit(100, null, { radius: 20, background: '#00f' }))).path)
    expect(picture.channels).toBe(3)
    expectColour(picture.at(0.005, 0.01), [0, 0, 255], 40)
    expectColour(picture.at(0.5, 0.5), [200, 20, 20])
  })

  it('make a circle, with the area of one', async () => {
    const source = await sourceFile('image/png', open(plain(101, 101, [200, 20, 20])).png())
    const { data, width, channels } = await rawOf(
      (await make(source, image.crop(101, 101, { format: 'png', radius: 'circle' }))).path,
    )
    let covered = 0
    for (let at = channels - 1; at < data.length; at += channels) covered += (data[at] ?? 0) / 255
    expect(width).toBe(101)
    expect(Math.abs(covered - Math.PI * 50.5 ** 2)).toBeLessThan(8)
  })

  it('keep what is transparent already', async () => {
    const half = sharp({
      create: { width: 100, height: 100, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0.5 } },
    })
    const source = await sourceFile('image/png', half.png())
    const picture = await decode((await make(source, image.crop(50, 50, { format: 'png', radius: 10 }))).path)
    expect(picture.at(0, 0)[3]).toBe(0)
    expect(picture.at(0.5, 0.5)[3]).toBe(128)
  })
})

const EVERY: Readonly<Record<string, (mark: URL) => Recipe>> = {
  enlarged: () => image.fit(60, 60, { enlarge: true }),
  turned: () => image.fit(60, 60, { rotate: 90, flip: true, flop: true, format: 'png' }),
  tilted: () => image.fit(60, 60, { rotate: 30, format: 'png' }),
  trimmed: () => image.crop(60, 60, { trim: true, rotate: 5 }),
  grey: () => image.fit(60, 60, { grayscale: true, blur: 3, sharpen: true }),
  tinted: () => image.fit(60, 60, { tint: '#123', sharpen: 2, radius: 'circle', format: 'webp' }),
  marked: (file) => image.fit(60, 60, { overlay: { file }, radius: 50, format: 'png' }),
  tiled: (file) => image.fill(60, 60, { overlay: { file, tile: true, scale: 0.01 }, metadata: 'copyright' }),
  wide: (file) =>
    image.crop(60, 60, { colourSpace: 'p3', overlay: { file, scale: 1 }, format: 'webp', maxBytes: 9_000 }),
  gif: () => image.fit(60, 60, { format: 'gif' }),
  same: () => image.fit(60, 60, { format: 'source', radius: 1 }),
}

async function every(): Promise<VariantRecipes> {
  const mark = await applicationFile('mark.png', await open(quadrants(30, 10)).png().toBuffer())
  return Object.fromEntries(Object.entries(EVERY).map(([name, recipe]) => [name, recipe(mark)]))
}

it.each([
  [1, 1],
  [2, 2],
  [1, 3_000],
  [3_000, 1],
  [3, 2],
])('each effect makes something of %i × %i pixels', async (width, height) => {
  const source = await sourceFile('image/png', open(quadrants(width, height)).png())
  const outcomes = await outcomesOf(PROCESSOR, source, await every())
  const failures = [...outcomes].filter(([, outcome]) => 'error' in outcome).map(([name, outcome]) => [name, outcome])
  expect(failures).toEqual([])
  expect(outcomes.size).toBe(Object.keys(EVERY).length)
})

it('a damaged source is its own fault for each effect', async () => {
  const whole = await open(photoLike(400, 300)).jpeg().toBuffer()
  const source = await sourceFile('image/jpeg', whole.subarray(0, whole.byteLength / 2))
  const outcomes = await outcomesOf(PROCESSOR, source, await every())
  expect([...outcomes.values()].map((outcome) => errorOf(outcome).code)).toEqual(
    Object.keys(EVERY).map(() => 'corrupt_media'),
  )
})

it('each effect makes the same bytes alone and beside the others', async () => {
  const source = await sourceFile('image/jpeg', open(photoLike(600, 400)).jpeg({ quality: 90 }))
  const recipes: VariantRecipes = {
    large: image.fit(500),
    turned: image.fit(200, null, { rotate: 90, format: 'png' }),
    tilted: image.fit(200, null, { rotate: 10, format: 'webp' }),
    mirrored: image.crop(150, 100, { flop: true, position: 'left', format: 'png' }),
    trimmed: image.fit(200, null, { trim: 5, format: 'png' }),
    grey: image.fit(200, null, { grayscale: true }),
    tinted: image.fit(200, null, { tint: '#08f', radius: 12, format: 'png' }),
    blurred: image.fit(200, null, { blur: 4 }),
    sharp: image.fit(200, null, { sharpen: 1.5 }),
    round: image.crop(100, 100, { radius: 'circle', format: 'webp' }),
    wide: image.fit(200, null, { colourSpace: 'p3' }),
    small: image.fit(300, null, { maxBytes: 8_000 }),
  }
  const together = await outcomesOf(PROCESSOR, source, recipes)
  const siblings = (await request(source, recipes)).variants.map(({ recipe }) => recipe)
  for (const [name, recipe] of Object.entries(recipes)) {
    const alone = await outcomesOf(PROCESSOR, source, { [name]: recipe }, { siblings })
    const [a, b] = [outputOf(together.get(name)), outputOf(alone.get(name))]
    expect({ name, isSame: (await readFile(a.path)).equals(await readFile(b.path)) }).toEqual({ name, isSame: true })
  }
})
