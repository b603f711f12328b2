import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { image } from '../src/recipes/index.ts'
import { decode } from './decoded.ts'
import { expectEverywhere, expectRefused } from './every-format.ts'
import { greyProfile } from './grey-profile.ts'
import type { Colour } from './pictures.ts'
import { type TiffPicture, tiff } from './tiff.ts'
import { LIMITS, make, PROCESSOR, sourceFile } from './workbench.ts'

const SIDE = 20
const ORANGE: Colour = [200, 100, 50]
const GREY: Colour = [100, 100, 100]

type Kind = Omit<TiffPicture, 'width' | 'height'>

const source = (picture: Kind, side = SIDE) => sourceFile('image/tiff', tiff({ width: side, height: side, ...picture }))
const plain = (...samples: number[]): TiffPicture['at'] => {
  return () => samples
}
const deep = (...samples: number[]): TiffPicture['at'] => plain(...samples.map((sample) => sample * 257))

const RGB: Kind = { photometric: 'rgb', at: plain(...ORANGE) }
const RGB16: Kind = { photometric: 'rgb', bits: 16, at: deep(...ORANGE) }

function palette(bits: number): Kind {
  const colours = 2 ** bits
  const map = [200, 100, 50].flatMap((value) =>
    Array.from({ length: colours }, (_, index) => (index === 1 ? value * 257 : 0)),
  )
  return { photometric: 'palette', bits, at: plain(1), tags: { 320: map } }
}

// Blocks of YCbCr: so many brightnesses, then one of each colour.
function ycbcr(across: number, down: number): Kind {
  const [red, green, blue] = ORANGE
  const brightness = Math.round(0.299 * red + 0.587 * green + 0.114 * blue)
  const chroma = [blue, red].map((value, index) =>
    Math.round(128 + (value - brightness) / (index === 0 ? 1.772 : 1.402)),
  )
  const block = [...Array.from({ length: across * down }, () => brightness), ...chroma]
  const blocks = Math.ceil(SIDE / across) * Math.ceil(SIDE / down)
  const strip = Buffer.from(Array.from({ length: blocks }, () => block).flat())
  return { photometric: 'ycbcr', at: plain(0, 0, 0), strip, tags: { 530: [across, down] } }
}

describe('a TIFF that is read in its colours', () => {
  it.each<readonly [string, Kind, Colour]>([
    ['RGB', RGB, ORANGE],
    ['RGB, big endian', { ...RGB, isBigEndian: true }, ORANGE],
    ['RGB, BigTIFF', { ...RGB, isBig: true }, ORANGE],
    ['RGB, BigTIFF, big endian', { ...RGB, isBig: true, isBigEndian: true }, ORANGE],
    ['RGB, in tiles', { ...RGB, isTiled: true }, ORANGE],
    ['RGB, in planes', { ...RGB, isPlanar: true }, ORANGE],
    ['RGB, deflated', { ...RGB, isDeflated: true }, ORANGE],
    ['RGB of 16 bits', RGB16, ORANGE],
    ['RGB of 16 bits, big endian, in planes', { ...RGB16, isBigEndian: true, isPlanar: true }, ORANGE],
    ['grey of 1 bit', { photometric: 'blackIsZero', bits: 1, at: plain(1) }, [255, 255, 255]],
    ['grey of 1 bit, white is zero', { photometric: 'whiteIsZero', bits: 1, at: plain(0) }, [255, 255, 255]],
    ['grey of 2 bits', { photometric: 'blackIsZero', bits: 2, at: plain(2) }, [170, 170, 170]],
    ['grey of 4 bits, white is zero', { photometric: 'whiteIsZero', bits: 4, at: plain(5) }, [170, 170, 170]],
    ['grey', { photometric: 'blackIsZero', at: plain(100) }, GREY],
    ['grey of 16 bits, white is zero', { photometric: 'whiteIsZero', bits: 16, at: deep(155) }, GREY],
    ['a palette of 1 bit', palette(1), ORANGE],
    ['a palette of 2 bits', palette(2), ORANGE],
    ['a palette of 4 bits', palette(4), ORANGE],
    ['a palette of 8 bits', palette(8), ORANGE],
    ['CMYK', { photometric: 'separated', at: plain(255, 0, 51, 0) }, [0, 150, 190]],
    ['CMYK of 16 bits', { photometric: 'separated', bits: 16, at: deep(255, 0, 51, 0) }, [0, 150, 190]],
    ['CMYK, in planes', { photometric: 'separated', isPlanar: true, at: plain(255, 0, 51, 0) }, [0, 150, 190]],
    ['L*a*b* of 16 bits', { photometric: 'lab', bits: 16, at: plain(32_768, 0, 0) }, [119, 119, 119]],
    ['YCbCr, half across', ycbcr(2, 1), ORANGE],
    ['YCbCr, half across and down', ycbcr(2, 2), ORANGE],
  ])('%s', async (_name, picture, colour) => {
    await expectEverywhere(await source(picture), colour)
  })

  it('JPEG inside, of odd dimensions', async () => {
    const jpeg = sharp({ create: { width: 37, height: 21, channels: 3, background: 'rgb(200,100,50)' } })
    await expectEverywhere(await sourceFile('image/tiff', jpeg.tiff({ compression: 'jpeg', quality: 100 })), ORANGE)
  })

  it('WebP inside', async () => {
    const picture = sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: 'rgb(200,100,50)' } })
    const strip = await picture.webp({ lossless: true }).toBuffer()
    await expectEverywhere(await source({ ...RGB, strip, compression: 50_001 }), ORANGE)
  })
})

describe('the alpha of a TIFF', () => {
  it.each<readonly [string, Kind, Colour]>([
    ['of colours', { ...RGB, extraSamples: [2], at: plain(...ORANGE, 128) }, ORANGE],
    ['of colours of 16 bits', { ...RGB16, extraSamples: [2], at: deep(...ORANGE, 128) }, ORANGE],
    ['multiplied into the colours', { ...RGB, extraSamples: [1], at: plain(100, 50, 25, 128) }, [199, 99, 49]],
    ['of grey', { photometric: 'blackIsZero', extraSamples: [2], at: plain(100, 128) }, GREY],
    ['of grey of 16 bits', { photometric: 'blackIsZero', bits: 16, extraSamples: [2], at: deep(100, 128) }, GREY],
    ['before a mask', { ...RGB, extraSamples: [2, 0], at: plain(...ORANGE, 128, 0) }, ORANGE],
  ])('%s stays', async (_name, picture, colour) => {
    await expectEverywhere(await source(picture), colour, 128)
  })
})

describe('a channel of a TIFF that is neither colour nor alpha', () => {
  it.each<readonly [string, Kind, Colour]>([
    ['with colours', { ...RGB, extraSamples: [0], at: plain(...ORANGE, 0) }, ORANGE],
    ['that no tag names', { ...RGB, at: plain(...ORANGE, 0) }, ORANGE],
    ['with colours of 16 bits', { ...RGB16, extraSamples: [0], at: deep(...ORANGE, 0) }, ORANGE],
    ['with grey', { photometric: 'blackIsZero', extraSamples: [0], at: plain(100, 0) }, GREY],
    ['with grey of 16 bits', { photometric: 'blackIsZero', bits: 16, extraSamples: [0], at: deep(100, 0) }, GREY],
    ['with a palette', { ...palette(8), extraSamples: [0], at: plain(1, 0) }, ORANGE],
    ['with CMYK', { photometric: 'separated', extraSamples: [0], at: plain(255, 0, 51, 0, 0) }, [0, 150, 190]],
    ['twice with colours', { ...RGB, extraSamples: [0, 0], at: plain(...ORANGE, 0, 0) }, ORANGE],
    ['twice with grey', { photometric: 'blackIsZero', extraSamples: [0, 0], at: plain(100, 0, 0) }, GREY],
    [
      'four times with grey',
      { photometric: 'blackIsZero', extraSamples: [0, 0, 0, 0], at: plain(100, 0, 0, 0, 0) },
      GREY,
    ],
  ])('%s is left out', async (_name, picture, colour) => {
    const file = await source(picture)
    await expectEverywhere(file, colour)
    expect((await PROCESSOR.probe(file, { limits: LIMITS })).metadata).toMatchObject({ hasAlpha: false })
  })

  it.each([8, 16])('does not keep a profile of colours from counting (%i bits)', async (bits) => {
    const { icc } = await sharp(
      await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
        .withIccProfile('p3')
        .png()
        .toBuffer(),
    ).metadata()
    if (icc === undefined) throw new Error('It has a profile.')
    const at = bits === 8 ? plain(...ORANGE, 0) : deep(...ORANGE, 0)
    const picture = await source({ photometric: 'rgb', bits, extraSamples: [0], at, profile: icc })
    await expectEverywhere(picture, [215, 94, 35])
  })

  it('does not keep a picture from being turned', async () => {
    const at = (x: number): readonly number[] => (x < SIDE / 2 ? [...ORANGE, 0] : [0, 0, 255, 0])
    const turned = await source({ ...RGB, extraSamples: [0], at, tags: { 274: [6] } })
    const picture = await decode((await make(turned, image.fit(SIDE, null, { format: 'png' }))).path)
    expect(picture.at(0.5, 0.2)).toEqual(ORANGE)
    expect(picture.at(0.5, 0.8)).toEqual([0, 0, 255])
  })
})

describe('a TIFF that would be shown wrong, or said to be damaged', () => {
  it.each<readonly [string, Kind]>([
    ['a TIFF with 12 bits per sample', { ...RGB, bits: 12 }],
    ['a TIFF with 32 bits per sample', { ...RGB, bits: 32 }],
    ['a TIFF with 3 bits per sample', { photometric: 'blackIsZero', bits: 3, at: plain(1) }],
    ['a TIFF with 32-bit floating-point samples', { ...RGB, bits: 32, format: 'float', at: plain(0.5, 0.2, 0.1) }],
    [
      'a TIFF with 32-bit floating-point samples',
      { photometric: 'blackIsZero', bits: 32, format: 'float', at: plain(0.5) },
    ],
    ['a TIFF with 64-bit floating-point samples', { ...RGB, bits: 64, format: 'float', at: plain(0.5, 0.2, 0.1) }],
    ['a TIFF with 16-bit signed integer samples', { ...RGB, bits: 16, format: 'int' }],
    ['a TIFF of L*a*b* colours with 8 bits per sample', { photometric: 'lab', at: plain(128, 0, 0) }],
    [
      'a TIFF with 4 samples per pixel',
      { photometric: 'lab', bits: 16, extraSamples: [2], at: plain(32_768, 0, 0, 65_535) },
    ],
    ['a TIFF of ICC L*a*b* colours', { photometric: 9, at: plain(128, 128, 128) }],
    ['a TIFF of LogL brightness', { photometric: 32_844, bits: 16, at: plain(30_000) }],
    ['a TIFF of the raw pattern of a camera sensor', { photometric: 32_803, bits: 16, at: plain(3000) }],
    ['a TIFF of colour model 77', { photometric: 77, at: plain(1) }],
    ['a TIFF of other inks than CMYK', { photometric: 'separated', at: plain(255, 0, 0), tags: { 332: [2] } }],
    ['a TIFF of YCbCr colours with 1 × 1 subsampling', ycbcr(1, 1)],
    ['a TIFF of YCbCr colours with 4 × 4 subsampling', ycbcr(4, 4)],
    ['a TIFF in tiles with a plane for each sample', { ...RGB, isTiled: true, isPlanar: true }],
    ['a TIFF with a plane for each sample', { photometric: 'blackIsZero', bits: 1, isPlanar: true, at: plain(1) }],
    ['a TIFF with 6 samples per pixel', { ...RGB, extraSamples: [0, 0, 0], at: plain(...ORANGE, 0, 0, 0) }],
    ['a TIFF with 5 samples per pixel', { ...RGB, extraSamples: [1, 0], at: plain(...ORANGE, 0, 0) }],
    ['the last of which is its transparency', { ...RGB, extraSamples: [0, 2], at: plain(...ORANGE, 0, 0) }],
    ['a TIFF compressed with ZSTD', { ...RGB, compression: 50_000 }],
    ['a TIFF compressed with LZMA', { ...RGB, compression: 34_925 }],
    ['a TIFF compressed with JPEG 2000', { ...RGB, compression: 34_712 }],
    ['a TIFF compressed with old-style JPEG', { ...RGB, compression: 6 }],
    ['a TIFF compressed with method 12345', { ...RGB, compression: 12_345 }],
  ])('is refused by name: %s', async (what, picture) => {
    await expectRefused(await source(picture), what)
  })
})

describe('the profile of a grey TIFF', () => {
  const profile = greyProfile(1)
  const half: Colour = [188, 188, 188]

  it.each<readonly [string, Kind, number]>([
    ['8 bits', { photometric: 'blackIsZero', at: plain(128) }, 255],
    ['16 bits', { photometric: 'blackIsZero', bits: 16, at: deep(128) }, 255],
    ['16 bits, white is zero', { photometric: 'whiteIsZero', bits: 16, at: deep(127) }, 255],
    ['16 bits and a mask', { photometric: 'blackIsZero', bits: 16, extraSamples: [0], at: deep(128, 0) }, 255],
    ['8 bits and alpha', { photometric: 'blackIsZero', extraSamples: [2], at: plain(128, 200) }, 200],
    ['16 bits and alpha', { photometric: 'blackIsZero', bits: 16, extraSamples: [2], at: deep(128, 200) }, 200],
  ])('counts with %s', async (_name, picture, alpha) => {
    await expectEverywhere(await source({ ...picture, profile }), half, alpha)
  })
})
