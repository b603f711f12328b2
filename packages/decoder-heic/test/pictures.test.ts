import { crc32 } from 'node:zlib'
import type { SourceFile } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { errorOf, outputOf } from '@rindle/testing'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { readHeader } from '../src/decoder-module.ts'
import { type CodedPicture, DEEP, GREY, HALF_ALPHA, LINEAR_GREY, RED, TILE, TRANSLUCENT } from './coded-pictures.ts'
import {
  codedItem,
  cropped,
  emptyAvifGrid,
  gridFile,
  heifFile,
  type Item,
  mirrored,
  movingFile,
  numbered,
  profiled,
  transparency,
  turned,
} from './heif-file.ts'
import { LIMITS, LOSSLESS, make, outcomesOf, PROCESSOR, pixelAt, processorWith, sourceFile } from './workbench.ts'

/** Lossy coding moves a value by this much. */
const NEARLY = 4
const STORED_RED = [234, 51, 34] as const

function expectNear(actual: readonly number[], expected: readonly number[], tolerance = NEARLY): void {
  expect(actual).toHaveLength(expected.length)
  const worst = Math.max(...actual.map((value, index) => Math.abs(value - (expected[index] ?? 0))))
  expect(worst, `${actual.join(', ')} instead of ${expected.join(', ')}`).toBeLessThanOrEqual(tolerance)
}

async function oneItem(picture: CodedPicture, ...properties: readonly Buffer[]): Promise<SourceFile> {
  return sourceFile(heifFile({ items: [codedItem(picture, ...properties)] }))
}

async function sizeOf(source: SourceFile): Promise<readonly [number | undefined, number | undefined]> {
  const { width, height } = await PROCESSOR.probe(source, { limits: LIMITS })
  return [width, height]
}

/** A profile as cameras embed it. */
async function profileOf(name: 'p3'): Promise<Buffer> {
  const bytes = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
    .withIccProfile(name)
    .png()
    .toBuffer()
  const { icc } = await sharp(bytes).metadata()
  if (icc === undefined) throw new Error(`sharp has no profile ${name}.`)
  return icc
}

describe('a picture', () => {
  test('is decoded in its colours', async () => {
    const source = await oneItem(TILE)
    expect(await sizeOf(source)).toEqual([512, 512])
    const path = await make(source, LOSSLESS)
    expectNear(await pixelAt(path, 10, 10), [5, 5, 128])
    expectNear(await pixelAt(path, 500, 10), [250, 5, 128])
    expectNear(await pixelAt(path, 10, 500), [5, 250, 128])
  })

  test('in tiles is put together and cut to its size', async () => {
    const source = await sourceFile(gridFile(TILE, 1500, 700))
    expect(await sizeOf(source)).toEqual([1500, 700])
    const path = await make(source, LOSSLESS)
    expectNear(await pixelAt(path, 500, 500), [250, 250, 128])
    expectNear(await pixelAt(path, 522, 10), [5, 5, 128])
    expectNear(await pixelAt(path, 1499, 699), [237, 93, 128])
  })

  test.each([
    { what: 'turned', properties: [turned(1)], topLeft: [250, 5, 128] },
    { what: 'mirrored', properties: [mirrored('left_right')], topLeft: [250, 5, 128] },
    { what: 'turned upside down', properties: [turned(2)], topLeft: [250, 250, 128] },
    { what: 'turned and mirrored', properties: [turned(2), mirrored('top_bottom')], topLeft: [250, 5, 128] },
  ])('is $what once, whatever its EXIF says as well', async ({ properties, topLeft }) => {
    const tiff = Buffer.from('49492a00080000000100120103000100000006000000000000000000', 'hex')
    const exif: Item = { type: 'Exif', data: Buffer.concat([Buffer.alloc(4), tiff]) }
    const items = [codedItem(TILE, ...properties), exif]
    const source = await sourceFile(heifFile({ items, references: [{ type: 'cdsc', from: 2, to: [1] }] }))
    expectNear(await pixelAt(await make(source, LOSSLESS), 10, 10), topLeft)
  })

  test('that is wider than high is higher than wide when it is turned', async () => {
    const source = await sourceFile(gridFile(TILE, 1000, 600, turned(3)))
    expect(await sizeOf(source)).toEqual([600, 1000])
    const output = outputOf((await outcomesOf(source, { only: image.fit(300) })).get('only'))
    expect(output).toMatchObject({ width: 300, height: 500 })
  })

  test('of an odd size is cut out of the even one that is coded', async () => {
    const source = await oneItem(TILE, cropped(511, 509))
    expect(await sizeOf(source)).toEqual([511, 509])
    expectNear(await pixelAt(await make(source, LOSSLESS), 500, 500), [250, 251, 128])
  })

  test('among several, as in a burst, is the primary one', async () => {
    const items = [codedItem(TILE), codedItem(RED), codedItem(DEEP)]
    const source = await sourceFile(heifFile({ items, primary: 2 }))
    expect(await sizeOf(source)).toEqual([64, 64])
    expectNear(await pixelAt(await make(source, LOSSLESS), 30, 30), STORED_RED)
  })

  test('coded as AV1 in such a file is decoded by sharp', async () => {
    const avif = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#ea3322' } })
      .avif()
      .toBuffer()
    const source = await sourceFile(avif, 'image/heif')
    expect(await sizeOf(source)).toEqual([40, 30])
    expectNear(await pixelAt(await make(source, LOSSLESS), 20, 15), STORED_RED)
    // One in tiles, too.
    expect(readHeader(emptyAvifGrid())).toBe(null)
  })
})

describe('colours', () => {
  test('of an ICC profile are converted to sRGB, and kept with `keepIcc`', async () => {
    const source = await oneItem(RED, profiled(await profileOf('p3')))
    const plain = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
      .png()
      .toBuffer()
    expect(plain.byteLength).toBeGreaterThan(0)
    // Display P3's (234, 51, 34) is beyond sRGB: its red is full there.
    expectNear(await pixelAt(await make(source, LOSSLESS), 30, 30), [255, 0, 0])
    const kept = await make(source, image.fit(64, null, { format: 'png', quality: 100, keepIcc: true }))
    expect((await sharp(kept).metadata()).hasProfile).toBe(true)
    const { data } = await sharp(kept).keepIccProfile().raw().toBuffer({ resolveWithObject: true })
    expectNear([...data.subarray(0, 3)], STORED_RED)
  })

  test.each([
    { what: 'Display P3', primaries: 12, transfer: 13 },
    { what: 'PQ', primaries: 9, transfer: 16 },
    { what: 'HLG', primaries: 9, transfer: 18 },
    { what: 'linear light', primaries: 1, transfer: 8 },
  ])('that numbers name as $what come out as those of a PNG with the same numbers', async (numbers) => {
    const { primaries, transfer } = numbers
    const source = await oneItem(DEEP, numbered(primaries, transfer))
    const png = await sourceFile(await pngOf(primaries, transfer), 'image/png')
    const [actual, expected] = [await make(source, LOSSLESS), await make(png, LOSSLESS)]
    expectNear(await pixelAt(actual, 30, 30), await pixelAt(expected, 30, 30), 6)
    expect(await pixelAt(actual, 30, 30)).not.toEqual(await pixelAt(await make(await oneItem(DEEP), LOSSLESS), 30, 30))
  })

  test('that numbers name as something unknown are refused by name', async () => {
    const probe = PROCESSOR.probe(await oneItem(RED, numbered(22, 13)), { limits: LIMITS })
    await expect(probe).rejects.toMatchObject({
      code: 'unsupported_codec',
      message: expect.stringContaining('the colour space 22/13'),
    })
  })

  test('of 10 bits stay 16 bits in a lossless PNG', async () => {
    const source = await oneItem(DEEP)
    const path = await make(source, LOSSLESS)
    expect(await sharp(path).metadata()).toMatchObject({ depth: 'ushort', width: 64 })
    const { data } = await sharp(path)
      .toColourspace('rgb16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true })
    const [red = 0, green = 0, blue = 0] = new Uint16Array(data.buffer, data.byteOffset, 3)
    expectNear([red, green, blue], [60_000, 13_000, 8_700], 600)
    expectNear(await pixelAt(await make(source, image.fit(64, null, { format: 'png' })), 9, 9), STORED_RED)
  })

  test('of 10 bits are converted by their profile, too', async () => {
    const source = await oneItem(DEEP, profiled(await profileOf('p3')))
    expectNear(
      await pixelAt(await make(source, image.fit(64, null, { format: 'webp', quality: 100 })), 9, 9),
      [255, 0, 0],
      8,
    )
  })

  test('that are none are grey, of the profile for grey if there is one', async () => {
    expectNear(await pixelAt(await make(await oneItem(GREY), LOSSLESS), 9, 9), [100, 100, 100])
    const path = await make(
      await oneItem(GREY, profiled(LINEAR_GREY)),
      image.fit(10_000, null, { quality: 100, effort: 1, format: 'webp' }),
    )
    // A light of 100 / 255, as sRGB stores it.
    expectNear(await pixelAt(path, 9, 9), [168, 168, 168])
  })

  test('are those of the file where its profile is for other channels', async () => {
    expectNear(await pixelAt(await make(await oneItem(RED, profiled(LINEAR_GREY)), LOSSLESS), 9, 9), STORED_RED)
  })
})

describe('transparency', () => {
  const pictureWithAlpha = (colours: CodedPicture, isPremultiplied: boolean): Buffer =>
    heifFile({
      items: [codedItem(colours), codedItem(HALF_ALPHA, transparency())],
      references: [
        { type: 'auxl', from: 2, to: [1] },
        ...(isPremultiplied ? [{ type: 'prem', from: 1, to: [2] }] : []),
      ],
    })

  test('is kept beside the colours', async () => {
    const source = await sourceFile(pictureWithAlpha(TRANSLUCENT, false))
    const path = await make(source, LOSSLESS)
    expectNear(await pixelAt(path, 10, 10), [...STORED_RED, 128])
    expectNear(await pixelAt(path, 50, 10), [...STORED_RED, 255])
  })

  test('stays beside a grey with a profile', async () => {
    const items = [codedItem(GREY, profiled(LINEAR_GREY)), codedItem(HALF_ALPHA, transparency())]
    const source = await sourceFile(heifFile({ items, references: [{ type: 'auxl', from: 2, to: [1] }] }))
    const path = await make(source, image.fit(10_000, null, { quality: 100, effort: 1, format: 'webp' }))
    expectNear(await pixelAt(path, 10, 10), [168, 168, 168, 128])
  })

  test('that is multiplied into the colours is taken out of them', async () => {
    const source = await sourceFile(pictureWithAlpha(GREY, true))
    const path = await make(source, LOSSLESS)
    expectNear(await pixelAt(path, 10, 10), [199, 199, 199, 128])
    expectNear(await pixelAt(path, 50, 10), [100, 100, 100, 255])
  })
})

describe('a file is refused', () => {
  test('with more pixels than the profile allows, by its header', async () => {
    const source = await sourceFile(gridFile(TILE, 12_000, 12_000))
    await expect(PROCESSOR.probe(source, { limits: LIMITS })).rejects.toMatchObject({
      code: 'limit_exceeded',
      details: { width: 12_000, height: 12_000, maxPixels: 100_000_000 },
    })
  })

  test('that hides more pixels behind a crop than the profile allows', async () => {
    const source = await sourceFile(gridFile(TILE, 1500, 1500, cropped(1440, 1440)))
    await expect(PROCESSOR.probe(source, { limits: { maxPixels: 2_100_000 } })).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringContaining('cropped from 2250000'),
    })
  })

  test.each([
    {
      what: 'shows a small part of its picture',
      bytes: heifFile({ items: [codedItem(TILE, cropped(100, 100))] }),
      says: 'small part',
    },
    { what: 'has moving pictures only', bytes: movingFile(), says: 'moving pictures without a still one' },
  ])('that $what, by name', async ({ bytes, says }) => {
    await expect(PROCESSOR.probe(await sourceFile(bytes), { limits: LIMITS })).rejects.toMatchObject({
      code: 'unsupported_codec',
      message: expect.stringContaining(says),
    })
  })

  test('that is cut off', async () => {
    const whole = heifFile({ items: [codedItem(TILE)] })
    const source = await sourceFile(whole.subarray(0, whole.byteLength - 300))
    const error = errorOf((await outcomesOf(source, { only: LOSSLESS })).get('only'))
    expect(error).toMatchObject({ code: 'corrupt_media', retryable: false })
  })

  test('that is none', async () => {
    const source = await sourceFile(Buffer.from('a HEIC only by its name'.repeat(20)))
    await expect(PROCESSOR.probe(source, { limits: LIMITS })).rejects.toMatchObject({
      code: expect.stringMatching(/corrupt_media|unsupported_codec/),
    })
  })

  test('without the decoder, with the name of the package', async () => {
    const processor = processorWith({ decoders: [] })
    await expect(processor.probe(await oneItem(RED), { limits: LIMITS })).rejects.toMatchObject({
      code: 'unsupported_codec',
      message: expect.stringContaining('@rindle/decoder-heic'),
    })
  })
})

/** A PNG of the values of `DEEP`, with these numbers in a `cICP`. */
async function pngOf(primaries: number, transfer: number): Promise<Buffer> {
  const values = Uint16Array.from({ length: 64 * 64 * 3 }, (_, index) => [60_000, 13_000, 8_700][index % 3] ?? 0)
  const raw = { width: 64, height: 64, channels: 3 } as const
  const bytes = await sharp(values, { raw }).toColourspace('rgb16').png().toBuffer()
  const chunk = Buffer.concat([Buffer.from('cICP'), Buffer.from([primaries, transfer, 0, 1])])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(4)
  sum.writeUInt32BE(crc32(chunk))
  // Behind the signature and the header.
  return Buffer.concat([bytes.subarray(0, 33), length, chunk, sum, bytes.subarray(33)])
}
