import { chmod } from 'node:fs/promises'
import type { SourceFile } from '@rindle/core'
import { errorOf, type VariantRecipes } from '@rindle/testing'
import sharp, { type JpegOptions, type PngOptions } from 'sharp'
import { describe, expect, it } from 'vitest'
import { image } from '../src/recipes/index.ts'
import { type Decoded, decode, expectColour } from './decoded.ts'
import { expectRefused } from './every-format.ts'
import { open, type Picture, photoLike, plain, quadrants, stack } from './pictures.ts'
import { LIMITS, make, outcomesOf, PROCESSOR, processorWith, sourceFile } from './workbench.ts'

const BOTH: VariantRecipes = {
  chained: image.fit(400, null, { format: 'png', effort: 0 }),
  direct: image.crop(50, 50, { position: 'entropy' }),
}
const PHOTO = photoLike(400, 300)

const jpeg = (options: JpegOptions = {}, picture: Picture = PHOTO) =>
  open(picture)
    .jpeg({ quality: 90, ...options })
    .toBuffer()
const jpegFile = (bytes: Buffer) => sourceFile('image/jpeg', bytes)
const cut = (bytes: Buffer, share: number): Buffer => bytes.subarray(0, Math.round(bytes.byteLength * (1 - share)))

async function madeOf(source: SourceFile): Promise<Decoded> {
  const outcomes = await outcomesOf(PROCESSOR, source, BOTH)
  for (const outcome of outcomes.values()) if ('error' in outcome) throw outcome.error
  const chained = outcomes.get('chained')
  if (chained === undefined || !('output' in chained)) throw new Error('There is one.')
  return decode(chained.output.path)
}

async function errorsOf(source: SourceFile, processor = PROCESSOR): Promise<object[]> {
  const outcomes = await outcomesOf(processor, source, BOTH)
  return [...outcomes.values()].map((outcome) => {
    const { code, message, retryable } = errorOf(outcome)
    return { code, message, retryable }
  })
}

function expectSame(a: Decoded, b: Decoded, upTo: number): void {
  for (const x of [0.1, 0.5, 0.9]) for (const y of [0.1, 0.5, upTo]) expectColour(a.at(x, y), b.at(x, y) as never, 12)
}

describe('a JPEG that lacks its end', () => {
  it.each([
    ['a plain one', {}],
    ['one without subsampling', { chromaSubsampling: '4:4:4' }],
    ['a progressive one', { progressive: true }],
  ])('by two bytes is made as it is: %s', async (_name, options) => {
    const whole = await jpeg(options)
    const picture = await madeOf(await jpegFile(whole.subarray(0, -2)))
    const same = await madeOf(await jpegFile(whole))
    for (const x of [0, 0.5, 0.999]) for (const y of [0, 0.5, 0.999]) expect(picture.at(x, y)).toEqual(same.at(x, y))
  })

  it('may be small', async () => {
    for (const [width, height] of [
      [1, 1],
      [8, 8],
      [16, 16],
      [40, 9],
    ] as const) {
      const whole = await jpeg({}, quadrants(width, height))
      expect(await make(await jpegFile(whole.subarray(0, -2)), image.fit(100))).toMatchObject({
        width,
        height,
      })
    }
  })

  it('by less than a tenth of its pixels is made, with grey for the rest', async () => {
    const whole = await jpeg()
    const picture = await madeOf(await jpegFile(cut(whole, 0.05)))
    expectSame(picture, await madeOf(await jpegFile(whole)), 0.88)
    expectColour(picture.at(0.99, 0.99), [128, 128, 128], 2)
  })

  it('in its last pass over the picture only is made', async () => {
    const whole = await jpeg({ progressive: true })
    expectSame(await madeOf(await jpegFile(cut(whole, 0.1))), await madeOf(await jpegFile(whole)), 0.99)
  })

  it.each([
    [
      'a fifth',
      {},
      0.2,
      /^The JPEG is cut off or damaged: (1|2)\d % of its picture is missing, and at most 10 % may be\. Upload it again\.$/,
    ],
    ['half', {}, 0.5, /^The JPEG is cut off or damaged: (4|5)\d % of its picture is missing/],
    [
      'half, of a progressive one',
      { progressive: true },
      0.5,
      /^The JPEG is cut off: part of its picture is missing\. Upload it again\.$/,
    ],
  ])('by more is corrupt_media, and says how much: %s', async (_name, options, share, message) => {
    const expected = { code: 'corrupt_media', retryable: false, message: expect.stringMatching(message) }
    expect(await errorsOf(await jpegFile(cut(await jpeg(options), share)))).toEqual([expected, expected])
  })

  it("is corrupt_media at any rate with truncated: 'reject', and whole ones are not", async () => {
    const strict = processorWith({ truncated: 'reject' })
    const whole = await jpeg()
    const expected = { code: 'corrupt_media', retryable: false, message: expect.stringMatching(/^The JPEG is cut off/) }
    expect(await errorsOf(await jpegFile(whole.subarray(0, -2)), strict)).toEqual([expected, expected])
    await make(await jpegFile(whole), image.fit(10), strict)
  })
})

describe('a JPEG with damage', () => {
  it('in its middle is corrupt_media, where its decoder loses its place and finds another', async () => {
    const whole = await jpeg()
    const scan = whole.indexOf(Buffer.from('ffda', 'hex'))
    // A promise of a restart after every 400 patches of 475, which the data do not keep.
    const restarts = Buffer.from('ffdd00040190', 'hex')
    const damaged = Buffer.concat([whole.subarray(0, scan), restarts, whole.subarray(scan)])
    const expected = {
      code: 'corrupt_media',
      retryable: false,
      message: expect.stringMatching(/16 % of its picture is missing/),
    }
    expect(await errorsOf(await jpegFile(damaged))).toEqual([expected, expected])
  })

  it.each([
    ['a plain one', {}],
    ['a progressive one', { progressive: true }],
  ])('that is no more than a blemish of its header is made: %s', async (_name, options) => {
    const whole = await jpeg(options)
    // Between the first two segments, where no decoder loses its place.
    const end = 2 + 2 + whole.readUInt16BE(4)
    const stray = Buffer.concat([whole.subarray(0, end), Buffer.alloc(9, 0x11), whole.subarray(end)])
    // JFIF 9.01.
    const version = Buffer.from('ffe000104a46494600090100000100010000', 'hex')
    const later = Buffer.concat([whole.subarray(0, 2), version, whole.subarray(2)])
    const expected = await madeOf(await jpegFile(whole))
    for (const blemished of [stray, later]) {
      await expect(sharp(blemished, { failOn: 'warning' }).raw().toBuffer()).rejects.toThrow()
      expectSame(await madeOf(await jpegFile(blemished)), expected, 0.99)
    }
  })
})

describe('a PNG that lacks its end', () => {
  const png = (options: PngOptions = {}) => open(PHOTO).png(options).toBuffer()
  const file = (bytes: Buffer) => sourceFile('image/png', bytes)

  it.each([
    ['1 byte', {}, 1],
    ['its last chunk', {}, 12],
    ['all checksums', {}, 16],
    ['all checksums, of an interlaced one', { progressive: true }, 16],
  ])('by %s is made as it is', async (_name, options, bytes) => {
    const whole = await png(options)
    const picture = await madeOf(await file(whole.subarray(0, -bytes)))
    const same = await madeOf(await file(whole))
    for (const x of [0, 0.5, 0.999]) for (const y of [0, 0.5, 0.999]) expect(picture.at(x, y)).toEqual(same.at(x, y))
  })

  it('by less than a tenth of its rows is made, with white for the rest', async () => {
    const whole = await png()
    const picture = await madeOf(await file(cut(whole, 0.05)))
    expectSame(picture, await madeOf(await file(whole)), 0.88)
    expect(picture.at(0.5, 0.99)).toEqual([255, 255, 255])
  })

  it('with transparency has nothing in the rest', async () => {
    const whole = await open(PHOTO).ensureAlpha(0.5).png().toBuffer()
    const picture = await madeOf(await file(cut(whole, 0.05)))
    expect(picture.at(0.5, 0.99)[3]).toBe(0)
    expect(picture.at(0.5, 0.5)[3]).toBe(127)
  })

  it.each([
    ['half', {}, /^The PNG is cut off or damaged: [45]\d % of its picture is missing/],
    ['half, of an interlaced one', { progressive: true }, /truncated or damaged/],
  ])('by more is corrupt_media: %s', async (_name, options, message) => {
    const expected = { code: 'corrupt_media', retryable: false, message: expect.stringMatching(message) }
    expect(await errorsOf(await file(cut(await png(options), 0.5)))).toEqual([expected, expected])
  })

  it("is corrupt_media at any rate with truncated: 'reject'", async () => {
    const strict = processorWith({ truncated: 'reject' })
    expect(await errorsOf(await file((await png()).subarray(0, -16)), strict)).toMatchObject([
      { code: 'corrupt_media' },
      { code: 'corrupt_media' },
    ])
  })
})

describe('a GIF that lacks its end', () => {
  const { pixels } = stack([plain(40, 40, [255, 0, 0]), quadrants(40, 40), plain(40, 40, [0, 0, 255])])
  const gif = () =>
    sharp(pixels, { raw: { width: 40, height: 120, channels: 3, pageHeight: 40 } })
      .gif()
      .toBuffer()

  it('by its trailer is made as it is, and within a frame is corrupt_media', async () => {
    const whole = await gif()
    await make(await sourceFile('image/gif', whole.subarray(0, -1)), image.fit(10))
    const source = await sourceFile('image/gif', whole.subarray(0, -10))
    await expect(PROCESSOR.probe(source, { limits: LIMITS })).rejects.toMatchObject({
      code: 'corrupt_media',
      message: 'The GIF is cut off: it ends within a frame. Upload it again.',
    })
  })
})

describe('a whole JPEG that its decoder does not know', () => {
  async function patched(marker: number, precision = 8): Promise<SourceFile> {
    const bytes = Buffer.from(await jpeg())
    const at = bytes.indexOf(Buffer.from('ffc0', 'hex'))
    bytes.writeUInt8(marker, at + 1)
    bytes.writeUInt8(precision, at + 4)
    return jpegFile(bytes)
  }

  it.each([
    ['a lossless JPEG', 0xc3, 8],
    ['a hierarchical JPEG', 0xc5, 8],
    ['a lossless JPEG with arithmetic coding', 0xcb, 8],
    ['a JPEG with 12 bits per sample', 0xc1, 12],
  ])('is refused by name: %s', async (what, marker, precision) => {
    await expectRefused(await patched(marker, precision), `The file is ${what}, which cannot be decoded here.`)
  })
})

describe('a file that the system does not let be read', () => {
  it('is no verdict about its bytes', async (context) => {
    if (process.getuid?.() === 0) context.skip('root may read every file: run it as an ordinary user')
    for (const type of ['image/jpeg', 'image/webp', 'image/bmp', 'image/svg+xml']) {
      const source = await sourceFile(type, await jpeg())
      await chmod(source.path, 0)
      await expect(PROCESSOR.probe(source, { limits: LIMITS })).rejects.toMatchObject({
        code: 'processing_failed',
        retryable: true,
      })
    }
  })

  it('because a directory has taken its place is no verdict about its bytes', async () => {
    for (const contentType of ['image/jpeg', 'image/webp', 'image/bmp', 'image/svg+xml']) {
      const source = { path: '/', contentType, byteSize: 1 }
      await expect(PROCESSOR.probe(source, { limits: LIMITS })).rejects.toMatchObject({
        code: 'processing_failed',
        retryable: true,
      })
    }
  })
})
