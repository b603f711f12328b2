import { errorOf } from '@rindle/testing'
import { describe, expect, it } from 'vitest'
import { image } from '../src/recipes/index.ts'
import { type BitmapPicture, bmp, icon } from './bitmaps.ts'
import { decode } from './decoded.ts'
import { expectEverywhere, expectRefused } from './every-format.ts'
import { open, plain, quadrants } from './pictures.ts'
import { LIMITS, make, outcomesOf, PROCESSOR, sourceFile } from './workbench.ts'

const ORANGE = [200, 100, 50] as const
const BLUE = [0, 0, 255] as const
const PALETTE = [BLUE, ORANGE] as const
const SIDE = 19
const RGB = (200 << 16) | (100 << 8) | 50

const file = (bytes: Buffer) => sourceFile('image/bmp', bytes)
const iconFile = (bytes: Buffer) => sourceFile('image/x-icon', bytes)
// The lower half is blue, so that it is seen when a picture stands on its head. An odd width leaves bytes at a row's end.
const halves = (top: number, bottom: number): Pick<BitmapPicture, 'width' | 'height' | 'at'> => ({
  width: SIDE,
  height: 12,
  at: (_x, y) => (y < 6 ? top : bottom),
})
const indexed = (bits: number): BitmapPicture => ({ ...halves(1, 0), bits, palette: PALETTE })

async function pixelsOf(
  source: Awaited<ReturnType<typeof file>>,
): Promise<(x: number, y: number) => readonly number[]> {
  const { path } = await make(source, image.fit(SIDE, null, { format: 'png' }))
  const picture = await decode(path)
  return (x, y) => picture.at(x, y)
}

describe('a BMP', () => {
  it.each<readonly [string, BitmapPicture]>([
    ['1 bit', indexed(1)],
    ['2 bits', indexed(2)],
    ['4 bits', indexed(4)],
    ['8 bits', indexed(8)],
    [
      '8 bits of OS/2',
      { ...indexed(8), hasCoreHeader: true, palette: [BLUE, ORANGE, ...Array.from({ length: 254 }, () => BLUE)] },
    ],
    ['24 bits of OS/2', { ...halves(RGB, 255), bits: 24, hasCoreHeader: true }],
    ['24 bits', { ...halves(RGB, 255), bits: 24 }],
    ['24 bits from the top', { ...halves(RGB, 255), bits: 24, isTopDown: true }],
    ['32 bits, the last of which mean nothing', { ...halves(RGB, 255), bits: 32 }],
    [
      '32 bits in another order',
      { ...halves(0xc8643200, 0x0000ff00), bits: 32, masks: [0xff000000, 0xff0000, 0xff00, 0] },
    ],
    ['32 bits with an empty alpha', { ...halves(RGB, 255), bits: 32, masks: [0xff0000, 0xff00, 0xff, 0xff000000] }],
  ])('of %s is shown as it is', async (_name, picture) => {
    const source = await file(bmp(picture))
    expect(await PROCESSOR.probe(source, { limits: LIMITS })).toMatchObject({ width: SIDE, height: 12, kind: 'image' })
    const at = await pixelsOf(source)
    for (const x of [0, 0.5, 0.99]) {
      expect(at(x, 0.1).slice(0, 3)).toEqual(ORANGE)
      expect(at(x, 0.9).slice(0, 3)).toEqual(BLUE)
      expect(at(x, 0.1)[3] ?? 255).toBe(255)
    }
  })

  it.each<readonly [string, BitmapPicture, readonly number[]]>([
    ['16 bits', { ...halves((25 << 10) | (12 << 5) | 6, 31), bits: 16 }, [206, 99, 49]],
    [
      '16 bits, 6 of them green',
      { ...halves((25 << 11) | (25 << 5) | 6, 31), bits: 16, masks: [0xf800, 0x7e0, 0x1f, 0] },
      [206, 101, 49],
    ],
  ])('of %s is shown as it is', async (_name, picture, colour) => {
    const at = await pixelsOf(await file(bmp(picture)))
    expect(at(0.5, 0.1).slice(0, 3)).toEqual(colour)
    expect(at(0.5, 0.9).slice(0, 3)).toEqual(BLUE)
  })

  it('comes out alike in every format', async () => {
    await expectEverywhere(await file(bmp({ width: 20, height: 20, bits: 24, at: () => RGB })), ORANGE)
  })

  it('keeps its transparency', async () => {
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000] as const
    await expectEverywhere(
      await file(bmp({ width: 20, height: 20, bits: 32, masks, at: () => 128 * 2 ** 24 + RGB })),
      ORANGE,
      128,
    )
  })

  it('of runs of 8 bits is unpacked, and what no run reaches is transparent', async () => {
    // Three of one colour, four as they are (and a byte to fill up), the next line, two to the right and one up, two of
    // the other, the end.
    const data = Buffer.from([3, 1, 0, 3, 0, 1, 0, 0, 0, 0, 0, 2, 2, 1, 2, 0, 0, 1])
    const at = await pixelsOf(
      await file(bmp({ width: 6, height: 4, bits: 8, palette: PALETTE, at: () => 0, data, compression: 1 })),
    )
    const row = (y: number): readonly (readonly number[])[] =>
      [0, 1, 2, 3, 4, 5].map((x) => at((x + 0.5) / 6, (y + 0.5) / 4))
    const [orange, blue, nothing] = [
      [...ORANGE, 255],
      [...BLUE, 255],
      [0, 0, 0, 0],
    ]
    expect(row(3)).toEqual([orange, orange, orange, blue, orange, blue])
    expect(row(2)).toEqual([nothing, nothing, nothing, nothing, nothing, nothing])
    expect(row(1)).toEqual([nothing, nothing, blue, blue, nothing, nothing])
  })

  it('of runs of 4 bits is unpacked', async () => {
    // Five of two colours in turn, then three as they are.
    const data = Buffer.from([5, 0x10, 0, 3, 0x01, 0x10, 0, 1])
    const at = await pixelsOf(
      await file(bmp({ width: 8, height: 1, bits: 4, palette: PALETTE, at: () => 0, data, compression: 2 })),
    )
    const shown = Array.from({ length: 8 }, (_, x) => (at((x + 0.5) / 8, 0.5)[0] === 200 ? 1 : 0))
    expect(shown).toEqual([1, 0, 1, 0, 1, 0, 1, 1])
  })

  it('that is cut off is corrupt_media, in its header and in its rows', async () => {
    const whole = bmp(indexed(8))
    await expect(PROCESSOR.probe(await file(whole.subarray(0, 40)), { limits: LIMITS })).rejects.toMatchObject({
      code: 'corrupt_media',
      message: 'The bitmap is cut off within its header. Upload it again.',
    })
    for (const bytes of [whole.subarray(0, -10), bmp({ ...indexed(8), data: Buffer.from([200, 1]), compression: 1 })]) {
      const outcomes = await outcomesOf(PROCESSOR, await file(bytes), { a: image.fit(5) })
      expect(errorOf(outcomes.get('a'))).toMatchObject({
        code: 'corrupt_media',
        message: expect.stringContaining('cut off'),
      })
    }
  })

  it.each<readonly [string, BitmapPicture]>([
    ['a BMP with a JPEG or RLE24 inside', { ...indexed(8), compression: 4 }],
    ['a BMP with a PNG inside', { ...indexed(8), compression: 5 }],
    ['a BMP with 8 bits per pixel in compression 2', { ...indexed(8), compression: 2 }],
    ['a BMP with 64 bits per pixel in compression 0', { ...indexed(8), bits: 64, data: Buffer.alloc(0) }],
  ])('is refused by name: %s', async (what, picture) => {
    await expectRefused(await file(bmp(picture)), what)
  })

  it('of more pixels than the limit is refused by its header, before there is memory for them', async () => {
    const huge = bmp({ width: 60_000, height: 60_000, bits: 24, at: () => 0, data: Buffer.alloc(0) })
    await expect(PROCESSOR.probe(await file(huge), { limits: LIMITS })).rejects.toMatchObject({
      code: 'limit_exceeded',
    })
  })
})

describe('an icon', () => {
  const bitmap = (side: number, bits: number, at: BitmapPicture['at']): BitmapPicture => ({
    width: side,
    height: side,
    bits,
    at,
  })
  const png = () =>
    open(plain(48, 48, ORANGE))
      .png()
      .toBuffer()

  it.each([1, 2] as const)('shows the largest of its pictures (kind %i)', async (kind) => {
    const bytes = icon(
      [{ bitmap: bitmap(16, 24, () => 255) }, { png: await png(), size: 48 }, { bitmap: bitmap(32, 24, () => 0) }],
      kind,
    )
    const source = await iconFile(bytes)
    expect(await PROCESSOR.probe(source, { limits: LIMITS })).toMatchObject({ width: 48, height: 48 })
    await expectEverywhere(source, ORANGE)
  })

  it('shows the one with the most colours of the largest', async () => {
    const few = { ...bitmap(20, 8, () => 0), palette: PALETTE }
    await expectEverywhere(await iconFile(icon([{ bitmap: few }, { bitmap: bitmap(20, 24, () => RGB) }])), ORANGE)
  })

  it('has an alpha of 32 bits, and a mask where that is empty', async () => {
    await expectEverywhere(await iconFile(icon([{ bitmap: bitmap(20, 32, () => 128 * 2 ** 24 + RGB) }])), ORANGE, 128)
    const masked = icon([{ bitmap: bitmap(20, 32, () => RGB), isHidden: (x, y) => x < 10 && y < 10 }])
    const at = await pixelsOf(await iconFile(masked))
    expect(at(0.1, 0.1)[3]).toBe(0)
    expect(at(0.9, 0.1)).toEqual([...ORANGE, 255])
    expect(at(0.1, 0.9)).toEqual([...ORANGE, 255])
  })

  it('has a mask over a palette', async () => {
    const few = { ...bitmap(20, 4, () => 1), palette: PALETTE }
    const at = await pixelsOf(await iconFile(icon([{ bitmap: few, isHidden: (x) => x >= 10 }])))
    expect(at(0.1, 0.5)).toEqual([...ORANGE, 255])
    expect(at(0.9, 0.5)[3]).toBe(0)
  })

  it('of a picture of 256 pixels has a zero for them', async () => {
    const large = await open(quadrants(256, 256)).png().toBuffer()
    const source = await iconFile(icon([{ bitmap: bitmap(64, 24, () => 255) }, { png: large, size: 256 }]))
    expect(await PROCESSOR.probe(source, { limits: LIMITS })).toMatchObject({ width: 256, height: 256 })
  })

  it('whose picture claims more pixels than the limit is refused, whatever its directory says', async () => {
    const bomb = await png()
    bomb.writeUInt32BE(400_000_000, 16)
    await expect(
      PROCESSOR.probe(await iconFile(icon([{ png: bomb, size: 32 }])), { limits: LIMITS }),
    ).rejects.toMatchObject({
      code: 'limit_exceeded',
    })
  })

  it.each([
    ['holds no picture', icon([])],
    ['is cut off within its header', Buffer.from([0, 0, 1, 0, 5, 0, 1])],
    ['its largest picture is cut off', icon([{ bitmap: bitmap(16, 24, () => 0) }]).subarray(0, -5)],
  ])('is corrupt_media when %s', async (how, bytes) => {
    await expect(PROCESSOR.probe(await iconFile(bytes), { limits: LIMITS })).rejects.toMatchObject({
      code: 'corrupt_media',
      message: expect.stringContaining(how),
    })
  })
})
