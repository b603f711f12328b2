import { rm, writeFile } from 'node:fs/promises'
import { errorOf } from '@rindle/testing'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { placed } from '../src/decoder/overlay.ts'
import { type EncodeOptions, image, type OverlayOptions } from '../src/recipes/index.ts'
import { decode, expectColour } from './decoded.ts'
import { type Colour, open, plain, stack } from './pictures.ts'
import { applicationFile, make, outcomesOf, PROCESSOR, sourceFile } from './workbench.ts'

const GREY: Colour = [90, 90, 90]
const RED: Colour = [230, 10, 10]

const fileOf = (bytes: Buffer, name = 'mark.png'): Promise<URL> => applicationFile(name, bytes)

function redMark(width = 40, height = 20): Promise<URL> {
  return open(plain(width, height, RED))
    .png()
    .toBuffer()
    .then((bytes) => fileOf(bytes))
}

async function withMark(
  overlay: Omit<OverlayOptions, 'file'>,
  options: EncodeOptions = {},
  mark?: URL,
): Promise<Awaited<ReturnType<typeof decode>>> {
  const source = await sourceFile('image/png', open(plain(400, 200, GREY)).png())
  const file = mark ?? (await redMark())
  return decode(
    (await make(source, image.fit(200, null, { format: 'png', ...options, overlay: { file, ...overlay } }))).path,
  )
}

describe('an overlay', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)(
    'is in the %s, at its place and size',
    async (format) => {
      const picture = await withMark({ margin: 10 }, { format })
      // 40 × 20 pixels at 150, 70 of 200 × 100.
      expectColour(picture.at(0.77, 0.75), RED, 30)
      expectColour(picture.at(0.92, 0.87), RED, 30)
      expectColour(picture.at(0.71, 0.75), GREY, 30)
      expectColour(picture.at(0.975, 0.75), GREY, 30)
      expectColour(picture.at(0.85, 0.95), GREY, 30)
    },
  )

  it('is scaled to a share of the width', async () => {
    const picture = await withMark({ scale: 0.5, place: 'left top', margin: 0 })
    expectColour(picture.at(0.01, 0.01), RED)
    expectColour(picture.at(0.48, 0.48), RED)
    expectColour(picture.at(0.53, 0.2), GREY)
    expectColour(picture.at(0.2, 0.53), GREY)
  })

  it('lets the picture through by its opacity', async () => {
    const picture = await withMark({ opacity: 0.5, place: 'centre' })
    expectColour(picture.at(0.5, 0.5), [160, 50, 50], 3)
    expectColour(picture.at(0.1, 0.5), GREY, 0)
  })

  it('is repeated as tiles, with a margin between them', async () => {
    const picture = await withMark({ tile: true, margin: 10 })
    for (const [x, y] of [
      [5, 5],
      [55, 5],
      [105, 35],
      [155, 65],
    ] as const)
      expectColour(picture.at(x / 200, y / 100), RED)
    for (const [x, y] of [
      [45, 5],
      [5, 25],
      [95, 55],
    ] as const)
      expectColour(picture.at(x / 200, y / 100), GREY)
  })

  it('that is larger than the output shrinks to it', async () => {
    const picture = await withMark({ place: 'left', margin: 0 }, {}, await redMark(1000, 100))
    expectColour(picture.at(0.01, 0.5), RED)
    expectColour(picture.at(0.99, 0.5), RED)
    expectColour(picture.at(0.5, 0.3), GREY)
  })

  it('may be a drawing, in a processor that accepts none', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10" fill="#e60a0a"/></svg>'
    const picture = await withMark(
      { scale: 0.25, place: 'top', margin: 0 },
      {},
      await fileOf(Buffer.from(svg), 'mark.svg'),
    )
    expectColour(picture.at(0.5, 0.25), RED)
  })

  it('keeps its colours on a grey picture, under a tint and in Display P3', async () => {
    const file = await redMark()
    const grey = await sourceFile(
      'image/jpeg',
      open(plain(400, 200, GREY))
        .toColourspace('b-w')
        .jpeg(),
    )
    const overlay = { file, place: 'centre' } as const
    for (const options of [{}, { tint: '#00f' }, { grayscale: true }]) {
      const picture = await decode(
        (await make(grey, image.fit(200, null, { format: 'png', overlay, ...options }))).path,
      )
      expectColour(picture.at(0.5, 0.5), RED, 2)
    }
    const wide = await make(grey, image.fit(200, null, { format: 'png', overlay, colourSpace: 'p3' }))
    const { data } = await sharp(wide.path)
      .extract({ left: 100, top: 50, width: 1, height: 1 })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    expectColour([...data], RED, 3)
  })

  it('is on every frame of an animation, as round corners are', async () => {
    const colours: readonly Colour[] = [
      [20, 200, 20],
      [20, 20, 200],
    ]
    const { pixels } = stack(colours.map((colour) => plain(80, 80, colour)))
    const moving = sharp(pixels, { raw: { width: 80, height: 160, channels: 3, pageHeight: 80 } })
    const source = await sourceFile('image/gif', moving.gif({ delay: [100, 200] }))
    const overlay = { file: await redMark(8, 8), place: 'left top', margin: 10 } as const
    for (const format of ['webp', 'gif'] as const) {
      const output = await make(source, image.fit(40, null, { format, animated: true, overlay, radius: 8 }))
      expect(await sharp(output.path).metadata()).toMatchObject({ pages: 2, delay: [100, 200] })
      for (const [page, colour] of colours.entries()) {
        const { data, info } = await sharp(output.path, { page })
          .ensureAlpha()
          .raw()
          .toBuffer({ resolveWithObject: true })
        const at = (x: number, y: number): number[] => [
          ...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4),
        ]
        expectColour(at(14, 14), RED, 40)
        expectColour(at(30, 30), colour, 40)
        expect(at(0, 0)[3]).toBe(0)
      }
    }
  })

  it('stays within the picture when its margins leave no room', () => {
    const output = { width: 20, height: 10 }
    expect(placed({ width: 20, height: 10 }, { place: 'right bottom', margin: 16 }, output)).toEqual({
      left: 0,
      top: 0,
    })
    expect(placed({ width: 10, height: 4 }, { place: 'left top', margin: 16 }, output)).toEqual({ left: 10, top: 6 })
    expect(placed({ width: 10, height: 4 }, { place: 'bottom', margin: 1 }, output)).toEqual({ left: 5, top: 5 })
  })
})

describe('the file of an overlay', () => {
  const SOME_HASH = 'a'.repeat(64)

  it('counts by its bytes alone', async () => {
    const bytes = await open(plain(10, 10, RED))
      .png()
      .toBuffer()
    const [one, same] = [await fileOf(bytes, 'a.png'), await fileOf(bytes, 'b.png')]
    const digestOf = (file: URL | string): string => image.fit(10, null, { overlay: { file } }).digest
    expect(digestOf(one)).toBe(digestOf(same))
    expect(digestOf(one.href)).toBe(digestOf(one))
    expect(digestOf(await redMark(9, 9))).not.toBe(digestOf(one))
  })

  it('that is missing is a problem with its path, and a stated hash is enough without it', async () => {
    const file = new URL('file:///nowhere/mark.png')
    expect(image.fit(10, null, { overlay: { file } }).problems).toEqual([
      { path: 'overlay.file', message: expect.stringMatching(/^does not exist\. .*sha256/) },
    ])
    for (const odd of ['mark.png', 'https://example.com/mark.png', '/_next/static/\0']) {
      expect(image.fit(10, null, { overlay: { file: odd } }).problems).toMatchObject([{ path: 'overlay.file' }])
      expect(image.fit(10, null, { overlay: { file: odd, sha256: SOME_HASH } }).problems).toEqual([])
    }
    const stated = image.fit(10, null, { overlay: { file, sha256: SOME_HASH } })
    expect(stated).toMatchObject({ problems: [], form: { overlay: { sha256: SOME_HASH } } })
    const actual = image.fit(10, null, { overlay: { file: await redMark(), sha256: SOME_HASH } })
    expect(actual.problems).toMatchObject([
      { path: 'overlay.sha256', message: expect.stringContaining('is not that of the file') },
    ])
  })

  it('is a lack of the worker that does not have it, and the other variants are made', async () => {
    const source = await sourceFile('image/png', open(plain(40, 20, GREY)).png())
    const outcomes = await outcomesOf(PROCESSOR, source, {
      marked: image.fit(10, null, { overlay: { file: '/nowhere.png', sha256: SOME_HASH } }),
      bare: image.fit(10),
    })
    const error = errorOf(outcomes.get('marked'))
    expect(error).toMatchObject({ code: 'setup_incomplete', message: expect.stringContaining(SOME_HASH) })
    expect(outcomes.get('bare')).toHaveProperty('output')
  })

  it('is a lack when it was changed, removed, or is no picture', async () => {
    const source = await sourceFile('image/png', open(plain(40, 20, GREY)).png())
    const outcomeOf = async (recipe: ReturnType<typeof image.fit>): Promise<unknown> =>
      errorOf((await outcomesOf(PROCESSOR, source, { marked: recipe })).get('marked'))
    const file = await redMark(11, 13)
    const recipe = image.fit(10, null, { overlay: { file } })
    await writeFile(
      file,
      await open(plain(12, 12, RED))
        .png()
        .toBuffer(),
    )
    expect(await outcomeOf(recipe)).toMatchObject({
      code: 'setup_incomplete',
      message: expect.stringContaining('was changed'),
    })
    await rm(file)
    expect(await outcomeOf(recipe)).toMatchObject({
      code: 'setup_incomplete',
      message: expect.stringContaining('ENOENT'),
    })
    const text = image.fit(10, null, { overlay: { file: await fileOf(Buffer.from('no picture')) } })
    expect(await outcomeOf(text)).toMatchObject({
      code: 'setup_incomplete',
      message: expect.stringMatching(/^The overlay mark\.png cannot be decoded: .*\. Use a PNG/),
    })
  })
})
