import { readFile } from 'node:fs/promises'
import type { Focus, Recipe } from '@rindle/core'
import { readRecipe, withFocus } from '@rindle/core/adapter'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type CropOptions, image, imageKind } from '../src/recipes/index.ts'
import { open, type Picture, plain, stack, storedFor } from './pictures.ts'
import { make, outcomesOf, PROCESSOR, sourceFile } from './workbench.ts'

const WIDTH = 240
const HEIGHT = 160

const FOCI: readonly Focus[] = [
  { x: 0.5, y: 0.5 },
  { x: 0.2, y: 0.7 },
  { x: 0.81, y: 0.33 },
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: 1, y: 1 },
]

/** Boxes of several proportions; the last is larger than the picture. */
const BOXES = [
  [60, 60],
  [120, 30],
  [30, 120],
  [200, 50],
  [320, 320],
] as const

const MARK_SIDE = 12

/** A grey picture with a red square around the focus, or in its corner. */
function marked({ x, y }: Focus): Picture {
  const picture = plain(WIDTH, HEIGHT, [120, 120, 120])
  const left = Math.round(Math.min(Math.max(0, x * WIDTH - MARK_SIDE / 2), WIDTH - MARK_SIDE))
  const top = Math.round(Math.min(Math.max(0, y * HEIGHT - MARK_SIDE / 2), HEIGHT - MARK_SIDE))
  for (let row = top; row < top + MARK_SIDE; row += 1) {
    for (let column = left; column < left + MARK_SIDE; column += 1) {
      picture.pixels.set([230, 20, 20], (row * WIDTH + column) * 3)
    }
  }
  return picture
}

/** A crop to that box around that focus, as a profile and an asset give it. */
function focal([width, height]: readonly [number, number], focus: Focus | null, options: CropOptions = {}): Recipe {
  return withFocus(image.crop(width, height, { format: 'png', ...options, position: 'focal' }), focus)
}

/** The middle of the red pixels of one frame. */
async function markIn(path: string, page = 0): Promise<Focus> {
  const { data, info } = await sharp(await readFile(path), { page })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const found = Array.from({ length: info.width * info.height }, (_, index) => index).filter(
    (index) => (data[index * 3] ?? 0) > 170 && (data[index * 3 + 1] ?? 0) < 90,
  )
  expect(found.length, 'The mark is not in the crop').toBeGreaterThan(0)
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    x: mean(found.map((index) => (index % info.width) + 0.5)),
    y: mean(found.map((index) => Math.floor(index / info.width) + 0.5)),
  }
}

/** Checks that the mark is as near to the centre of the crop as a picture of these sides allows. */
function expectNearCentre(
  mark: Focus,
  focus: Focus,
  picture: readonly [number, number],
  box: readonly [number, number],
) {
  const scale = Math.max(box[0] / picture[0], box[1] / picture[1])
  for (const [axis, side] of [
    ['x', 0],
    ['y', 1],
  ] as const) {
    const whole = picture[side] * scale
    // The square is in the corner, not around it.
    const half = (MARK_SIDE * scale) / 2
    const centre = Math.min(Math.max(half, focus[axis] * whole), whole - half)
    const begin = Math.min(Math.max(0, focus[axis] * whole - box[side] / 2), whole - box[side])
    expect(Math.abs(mark[axis] - (centre - begin)), `${axis} of ${JSON.stringify({ focus, box })}`).toBeLessThan(2.5)
  }
}

const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8]

describe.each(ORIENTATIONS)('a focal crop of a picture with EXIF orientation %i', (orientation) => {
  it('holds the focus as near to its centre as the picture allows', async () => {
    for (const focus of FOCI) {
      const stored = open(storedFor(marked(focus), orientation)).withMetadata({ orientation })
      const source = await sourceFile('image/jpeg', stored.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }))
      const recipes = Object.fromEntries(BOXES.map((box) => [`b${box.join('x')}`, focal(box, focus)]))
      const outcomes = await outcomesOf(PROCESSOR, source, recipes)
      for (const box of BOXES) {
        const outcome = outcomes.get(`b${box.join('x')}`)
        if (outcome === undefined || 'error' in outcome) throw outcome?.error ?? new Error('It has no outcome.')
        expect(outcome.output).toMatchObject({ width: box[0], height: box[1] })
        expectNearCentre(await markIn(outcome.output.path), focus, [WIDTH, HEIGHT], box)
      }
    }
  })
})

describe('a focal crop', () => {
  const focus = { x: 0.2, y: 0.7 }

  it.each([
    [{ rotate: 90 }, { x: 0.3, y: 0.2 }],
    [{ rotate: 180 }, { x: 0.8, y: 0.3 }],
    [{ rotate: -90 }, { x: 0.7, y: 0.8 }],
    [{ flip: true }, { x: 0.2, y: 0.3 }],
    [{ flop: true }, { x: 0.8, y: 0.7 }],
    [
      { rotate: 90, flop: true },
      { x: 0.7, y: 0.2 },
    ],
    [
      { rotate: 270, flip: true, flop: true },
      { x: 0.3, y: 0.2 },
    ],
  ])('follows the focus through %j', async (options: CropOptions, moved) => {
    const source = await sourceFile('image/png', open(marked(focus)).png())
    const isSideways = ((options.rotate ?? 0) / 90) % 2 !== 0
    const picture = isSideways ? ([HEIGHT, WIDTH] as const) : ([WIDTH, HEIGHT] as const)
    for (const box of BOXES) {
      const output = await make(source, focal(box, focus, options))
      expectNearCentre(await markIn(output.path), moved, picture, box)
    }
  })

  it('is of a drawing, of deep colours and of an opaque output alike', async () => {
    const [left, top] = [0.2 * WIDTH - 6, 0.7 * HEIGHT - 6]
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">
      <rect width="100%" height="100%" fill="#777"/><rect x="${left}" y="${top}" width="12" height="12" fill="#e61414"/></svg>`
    const sources = [
      await sourceFile('image/svg+xml', svg),
      await sourceFile('image/png', open(marked(focus)).toColourspace('rgb16').png()),
    ]
    for (const source of sources) {
      for (const options of [{}, { format: 'jpeg', quality: 95 }, { colourSpace: 'p3' }] as const) {
        const output = await make(source, focal([60, 60], focus, options))
        expectNearCentre(await markIn(output.path), focus, [WIDTH, HEIGHT], [60, 60])
      }
    }
  })

  it('is that of attention without a focus, byte for byte', async () => {
    const source = await sourceFile('image/png', open(marked(focus)).png())
    const unfocused = await make(source, focal([60, 60], null))
    const attention = await make(source, image.crop(60, 60, { format: 'png', position: 'attention' }))
    expect(await readFile(unfocused.path)).toEqual(await readFile(attention.path))
  })

  it('cuts every frame of an animation around the focus, or around the centre without one', async () => {
    const { pixels, frame } = stack([marked(focus), plain(WIDTH, HEIGHT, [20, 200, 20]), marked(focus)])
    const raw = { width: frame.width, height: frame.height * 3, channels: 3, pageHeight: frame.height } as const
    const source = await sourceFile('image/gif', sharp(pixels, { raw }).gif())
    const moving = { format: 'webp', animated: true, quality: 95 } as const

    const output = await make(source, focal([60, 60], focus, moving))
    expect(await sharp(output.path, { animated: true }).metadata()).toMatchObject({ pages: 3, pageHeight: 60 })
    for (const page of [0, 2]) {
      expectNearCentre(await markIn(output.path, page), focus, [WIDTH, HEIGHT], [60, 60])
    }

    const unfocused = await make(source, focal([60, 60], null, moving))
    const centred = await make(source, image.crop(60, 60, { ...moving, position: 'centre' }))
    expect(await readFile(unfocused.path)).toEqual(await readFile(centred.path))
  })
})

describe('the recipe of a focal crop', () => {
  it('uses the focus of the asset, which is in its digest; no other recipe does', () => {
    const recipe = image.crop(60, 60, { position: 'focal' })
    expect(recipe.facts.usesFocus).toBe(true)
    const focused = withFocus(recipe, { x: 0.1, y: 0.2 })
    expect(focused.digest).not.toBe(recipe.digest)
    expect(withFocus(recipe, { x: 0.1, y: 0.3 }).digest).not.toBe(focused.digest)
    expect(withFocus(recipe, null)).toBe(recipe)
    expect(readRecipe([imageKind], focused.form)).toMatchObject({
      recipe: { digest: focused.digest },
      options: { position: 'focal', assetFocus: { x: 0.1, y: 0.2 } },
    })
    const other = image.crop(60, 60, { position: 'attention' })
    expect(other.facts.usesFocus).toBe(false)
    expect(withFocus(other, { x: 0.1, y: 0.2 })).toBe(other)
  })

  it('refuses edges that are trimmed, and any turn but by quarters', () => {
    const message = 'is not for position focal, whose point is one of the whole, upright picture'
    expect(image.crop(9, 9, { position: 'focal', trim: true }).problems).toEqual([{ path: 'trim', message }])
    expect(image.crop(9, 9, { position: 'focal', rotate: 5 }).problems).toEqual([{ path: 'rotate', message }])
    expect(image.crop(9, 9, { position: 'focal', rotate: 90, flip: true }).problems).toEqual([])
  })
})
