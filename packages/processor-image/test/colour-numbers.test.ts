import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { image } from '../src/recipes/index.ts'
import { decode, expectColour } from './decoded.ts'
import { expectEverywhere, expectRefused } from './every-format.ts'
import { greyProfile } from './grey-profile.ts'
import type { Colour } from './pictures.ts'
import { chromaticities, chunk, cicp, gamma, type PngPicture, png, profileChunk } from './png.ts'
import { LIMITS, make, PROCESSOR, sourceFile } from './workbench.ts'

const SRGB = [0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06]
const DISPLAY_P3 = [0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06]

function plain(samples: readonly number[], ...chunks: Buffer[]): PngPicture {
  return { width: 20, height: 20, at: () => samples, chunks }
}
const deep = (picture: PngPicture): PngPicture => ({
  ...picture,
  bits: 16,
  at: (x, y) => picture.at(x, y).map((value) => value * 257),
})
const pngFile = (picture: PngPicture) => sourceFile('image/png', png(picture))

describe('a PNG that names its colours by numbers', () => {
  it.each<readonly [string, PngPicture, Colour]>([
    // 128 of linear light is 188 of sRGB.
    ['linear light', plain([128, 128, 128], gamma(1)), [188, 188, 188]],
    ['linear light of 16 bits', deep(plain([128, 128, 128], gamma(1))), [188, 188, 188]],
    ['linear light in grey', plain([128], gamma(1)), [188, 188, 188]],
    ['linear light in grey of 16 bits', deep(plain([128], gamma(1))), [188, 188, 188]],
    ['the gamma of old Macintoshes', plain([128, 128, 128], gamma(1 / 1.8)), [147, 147, 147]],
    ['the gamma that all have', plain([128, 100, 50], gamma(1 / 2.2)), [128, 100, 50]],
    [
      'the gamma and colours that all have',
      plain([128, 100, 50], gamma(1 / 2.2), chromaticities(...SRGB)),
      [128, 100, 50],
    ],
    // Darker in the dark than sRGB's curve.
    ['the colours of Display P3', plain([200, 100, 50], gamma(1 / 2.2), chromaticities(...DISPLAY_P3)), [216, 91, 24]],
    ['Display P3 in four numbers', plain([200, 100, 50], cicp(12, 13)), [215, 94, 35]],
    ['Display P3 in four numbers, of 16 bits', deep(plain([200, 100, 50], cicp(12, 13))), [215, 94, 35]],
    ['sRGB in four numbers, before a gamma', plain([128, 100, 50], gamma(1), cicp(1, 13)), [128, 100, 50]],
    ['sRGB by name, before a gamma', plain([128, 100, 50], gamma(1), chunk('sRGB', Buffer.from([0]))), [128, 100, 50]],
    ['a profile, before a gamma', plain([128], gamma(1 / 4), profileChunk(greyProfile(1))), [188, 188, 188]],
    ['four numbers, before a profile', plain([128], cicp(1, 8), profileChunk(greyProfile(4))), [188, 188, 188]],
    ['a gamma that is none', plain([128, 100, 50], gamma(0)), [128, 100, 50]],
    [
      'colours that are none',
      plain([128, 100, 50], chromaticities(0.3, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1)),
      [128, 100, 50],
    ],
  ])('is shown in them: %s', async (_name, picture, colour) => {
    await expectEverywhere(await pngFile(picture), colour)
  })

  it('is shown in the colours that its ICC profile would give it', async () => {
    const pixels = { create: { width: 20, height: 20, channels: 3, background: 'rgb(200,100,50)' } } as const
    const profiled = await sharp(pixels).withIccProfile('p3').png().toBuffer()
    const { data } = await sharp(profiled, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true })
    const [red = 0, green = 0, blue = 0] = data
    await expectEverywhere(await pngFile(plain([red, green, blue], cicp(12, 13))), [200, 100, 50])
  })

  it('keeps its transparency and its 16 bits', async () => {
    const source = await pngFile(deep({ ...plain([128, 128, 128, 200], gamma(1)) }))
    await expectEverywhere(source, [188, 188, 188], 200)
    const { path } = await make(source, image.fit(10, null, { format: 'png' }))
    expect((await sharp(path).metadata()).depth).toBe('ushort')
  })

  it.each([
    [10, 13, 0, 1],
    [1, 9, 0, 1],
    [1, 13, 6, 1],
    [9, 16, 0, 0],
  ])('is refused by name where these are not known: %i/%i/%i/%i', async (...code) => {
    await expectRefused(await pngFile(plain([128, 128, 128], cicp(...code))), code.join('/'))
  })
})

describe('grey of 16 bits in a PNG', () => {
  it.each<readonly [string, PngPicture, number]>([
    ['alone', deep(plain([128], profileChunk(greyProfile(1)))), 255],
    ['with alpha', deep(plain([128, 200], profileChunk(greyProfile(1)))), 200],
    ['of 8 bits with alpha', plain([128, 200], profileChunk(greyProfile(1))), 200],
  ])('is shown as its profile says: %s', async (_name, picture, alpha) => {
    await expectEverywhere(await pngFile(picture), [188, 188, 188], alpha)
  })

  it('keeps its 16 bits as its profile says', async () => {
    const source = await pngFile(deep(plain([128], profileChunk(greyProfile(1)))))
    const { path } = await make(source, image.fit(10, null, { format: 'png' }))
    expect((await sharp(path).metadata()).depth).toBe('ushort')
    expectColour((await decode(path)).at(0.5, 0.5), [188, 188, 188], 1)
  })
})

// SMPTE ST 2084: the code of so many nits, of 65,535.
function pq(nits: number): number {
  const root = (nits / 10_000) ** (2610 / 16_384)
  return Math.round(65_535 * ((3424 / 4096 + (2413 / 128) * root) / (1 + (2392 / 128) * root)) ** ((2523 / 4096) * 128))
}

describe('high dynamic range', () => {
  const PQ = cicp(9, 16)
  const HLG = cicp(9, 18)
  const light = (nits: number, chunks: Buffer): PngPicture => ({
    ...plain([pq(nits), pq(nits), pq(nits)], chunks),
    bits: 16,
  })
  const hlg = (value: number): PngPicture => {
    const code = Math.round(value * 65_535)
    return { ...plain([code, code, code], HLG), bits: 16 }
  }
  const greyOf = async (picture: PngPicture): Promise<number> => {
    const { path } = await make(await pngFile(picture), image.fit(8, null, { format: 'png', quality: 90 }))
    const [grey = Number.NaN] = (await decode(path)).at(0.5, 0.5)
    return grey
  }

  it.each<readonly [string, PngPicture, Colour]>([
    ['black', light(0, PQ), [0, 0, 0]],
    // 50 of 203 nits are a quarter of the light, which is 136 of 255.
    ['what a standard display shows, as it is', light(50, PQ), [136, 136, 136]],
    ['the white of a page, below white', light(203, PQ), [230, 230, 230]],
    ['the brightest, white', light(1000, PQ), [255, 255, 255]],
    ['brighter than that, white', light(10_000, PQ), [255, 255, 255]],
    ['black of HLG', hlg(0), [0, 0, 0]],
    // BT.2408: 38 % is the grey of a card that reflects 18 %, some 26 nits of 203.
    ['a grey card of HLG', hlg(0.38), [101, 101, 101]],
    ['the white of a page of HLG, as that of PQ', hlg(0.75), [230, 230, 230]],
    ['the brightest of HLG, white', hlg(1), [255, 255, 255]],
  ])('is toned down: %s', async (_name, picture, colour) => {
    await expectEverywhere(await pngFile(picture), colour)
  })

  it('never gets darker where the light gets brighter', async () => {
    const greys: number[] = []
    for (const nits of [0.1, 1, 5, 20, 80, 150, 203, 300, 400, 600]) greys.push(await greyOf(light(nits, PQ)))
    expect(greys).toEqual(greys.toSorted((a, b) => a - b))
    expect(new Set(greys).size).toBe(greys.length)
  })

  it('keeps the hue of bright colours', async () => {
    // Red, green and blue as 8 : 4 : 1 of light, of Display P3.
    const picture: PngPicture = { ...plain([pq(800), pq(400), pq(100)], cicp(1, 16)), bits: 16 }
    const { path } = await make(await pngFile(picture), image.fit(8, null, { format: 'png', quality: 90 }))
    const [red = 0, green = 0, blue = 0] = (await decode(path)).at(0.5, 0.5)
    const linear = (value: number): number => ((value / 255 + 0.055) / 1.055) ** 2.4
    expect(linear(red) / linear(green)).toBeCloseTo(2, 1)
    expect(linear(green) / linear(blue)).toBeCloseTo(4, 0)
    expect(red).toBeGreaterThan(240)
  })
})

describe('an AVIF', () => {
  // sharp writes the numbers of sRGB, in an encoding without loss; others are put in their place.
  async function avif(
    pixel: readonly number[],
    primaries: number,
    transfer: number,
    bitdepth: 8 | 10 | 12 = 10,
  ): Promise<Buffer> {
    const data = Uint16Array.from({ length: 64 * 64 * pixel.length }, (_, index) => pixel[index % pixel.length] ?? 0)
    const raw = { width: 64, height: 64, channels: pixel.length as 3 | 4 }
    const bytes = await sharp(data, { raw }).toColourspace('rgb16').avif({ lossless: true, bitdepth }).toBuffer()
    const at = bytes.indexOf('colrnclx', 0, 'latin1')
    expect(at).toBeGreaterThan(0)
    bytes.writeUInt16BE(primaries, at + 8)
    bytes.writeUInt16BE(transfer, at + 10)
    return bytes
  }
  const file = async (...args: Parameters<typeof avif>) => sourceFile('image/avif', await avif(...args))
  const of = (...colour: readonly number[]): readonly number[] => colour.map((value) => value * 257)

  it.each([10, 12] as const)('of sRGB and %i bits is as it is', async (bits) => {
    await expectEverywhere(await file(of(200, 100, 50), 1, 13, bits), [200, 100, 50])
  })

  it('of Display P3 is shown in its colours', async () => {
    await expectEverywhere(await file(of(200, 100, 50), 12, 13), [215, 94, 35])
  })

  it('of the curve of cameras is shown as sRGB, as browsers do', async () => {
    await expectEverywhere(await file(of(200, 100, 50), 1, 1), [200, 100, 50])
  })

  it('of high dynamic range is toned down', async () => {
    await expectEverywhere(await file([pq(203), pq(203), pq(203)], 9, 16), [230, 230, 230])
    await expectEverywhere(await file([pq(50), pq(50), pq(50)], 9, 16, 12), [136, 136, 136])
    await expectEverywhere(
      await file(
        Array.from({ length: 3 }, () => Math.round(0.75 * 65_535)),
        9,
        18,
      ),
      [230, 230, 230],
    )
  })

  it('keeps its transparency', async () => {
    await expectEverywhere(await file(of(200, 100, 50, 128), 12, 13), [215, 94, 35], 128)
  })

  it('with an ICC profile is shown as that says', async () => {
    const picture = { create: { width: 64, height: 64, channels: 3, background: 'rgb(200,100,50)' } } as const
    const source = await sourceFile('image/avif', sharp(picture).withIccProfile('p3').avif({ quality: 90 }))
    expect((await PROCESSOR.probe(source, { limits: LIMITS })).metadata).toMatchObject({ hasProfile: true })
    await expectEverywhere(source, [200, 100, 50])
  })

  it('of colours that are multiplied with its alpha is refused by name', async () => {
    const bytes = await avif(of(200, 100, 50, 128), 1, 13)
    const reference = bytes.indexOf('auxl', 0, 'latin1')
    expect(reference).toBeGreaterThan(0)
    bytes.write('prem', reference, 'latin1')
    await expectRefused(await sourceFile('image/avif', bytes), 'a picture whose colours are multiplied with its alpha')
  })

  it('of numbers that are not known is refused by name', async () => {
    await expectRefused(await file(of(1, 2, 3), 10, 13), 'the colour space 10/13 (nclx)')
  })
})
