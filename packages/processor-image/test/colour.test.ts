import type { Recipe } from '@rindle/core'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type ImageOptions, image } from '../src/recipes/index.ts'
import { decode, expectColour } from './decoded.ts'
import { expectEverywhere } from './every-format.ts'
import { type Colour, open, plain, QUADRANT_COLOURS, quadrants } from './pictures.ts'
import { chunk, png } from './png.ts'
import { tiff } from './tiff.ts'
import { make, sourceFile } from './workbench.ts'

/** A small PNG, with other options where they are given. */
function small(options: Partial<ImageOptions> = {}): Recipe {
  return image.from({ mode: 'fit', width: 8, format: 'png', ...options } as ImageOptions)
}

const PNG = small()
const RED = [255, 0, 0] as const
// The red of sRGB in the coordinates of Display P3, which reach further.
const RED_IN_P3 = [234, 51, 34] as const

describe('a wide-gamut source', () => {
  const p3 = () => open(plain(16, 16, RED)).withIccProfile('p3')

  it.each([
    ['8', () => p3().png()],
    ['16', () => p3().toColourspace('rgb16').png()],
  ] as const)('with %s bits per channel is converted to sRGB, without a profile', async (_bits, encode) => {
    const source = await sourceFile('image/png', encode())
    for (const recipe of [PNG, small({ format: 'webp', quality: 100 })] as const) {
      const output = await make(source, recipe)
      // Unconverted, it would be 234, 51, 34.
      expectColour((await decode(output.path)).at(0.5, 0.5), RED, 8)
      expect((await sharp(output.path).metadata()).hasProfile).toBe(false)
    }
  })

  it('keeps its numbers and its profile with keepIcc', async () => {
    const source = await sourceFile('image/jpeg', p3().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }))
    for (const format of ['png', 'webp', 'jpeg', 'avif'] as const) {
      const output = await make(source, image.fit(8, null, { format, quality: 100, keepIcc: true }))
      expectColour((await decode(output.path)).at(0.5, 0.5), RED_IN_P3, 6)
      const { hasProfile } = await sharp(output.path).metadata()
      expect({ format, hasProfile }).toEqual({ format, hasProfile: true })
    }
  })
})

describe('a source without a profile', () => {
  it('is taken as sRGB, also with keepIcc and with 16 bits per channel', async () => {
    const colour = [174, 28, 40] as const
    const eight = await sourceFile('image/png', open(plain(16, 16, colour)).png())
    const sixteen = await sourceFile(
      'image/png',
      open(plain(16, 16, colour))
        .toColourspace('rgb16')
        .png(),
    )
    for (const source of [eight, sixteen]) {
      for (const recipe of [PNG, small({ keepIcc: true }), small({ quality: 90 })]) {
        const output = await make(source, recipe)
        expectColour((await decode(output.path)).at(0.5, 0.5), colour, 2)
      }
    }
  })
})

describe('a source with 16 bits per channel', () => {
  const deep = () => open(plain(16, 16, [200, 100, 50])).toColourspace('rgb16')
  const depthOf = async (path: string): Promise<string> => (await sharp(path).metadata()).depth

  it('keeps them in a lossless PNG, and nowhere else', async () => {
    const source = await sourceFile('image/png', deep().png())
    expect(await depthOf((await make(source, PNG)).path)).toBe('ushort')
    expect(await depthOf((await make(source, small({ quality: 90 }))).path)).toBe('uchar')
    expect(await depthOf((await make(source, small({ format: 'webp' }))).path)).toBe('uchar')
    expect(await depthOf((await make(source, small({ format: 'avif' }))).path)).toBe('uchar')
  })

  it('keeps its profile too when asked', async () => {
    const source = await sourceFile('image/png', deep().withIccProfile('p3').png())
    const output = await make(source, small({ keepIcc: true }))
    expect(await sharp(output.path).metadata()).toMatchObject({ depth: 'ushort', hasProfile: true })
  })

  it('may be grey, and is padded in colour', async () => {
    const grey = open(plain(16, 16, [128, 128, 128])).toColourspace('grey16')
    const output = await make(
      await sourceFile('image/png', grey.png()),
      image.fill(32, 16, { format: 'png', background: '#f00' }),
    )
    const picture = await decode(output.path)
    expectColour(picture.at(0.05, 0.5), RED, 2)
    expectColour(picture.at(0.5, 0.5), [128, 128, 128], 2)
  })
})

describe('CMYK', () => {
  const cmyk = (picture = quadrants(64, 64)) => open(picture).toColourspace('cmyk')

  it.each([
    ['with its profile', () => cmyk().withIccProfile('cmyk').jpeg({ quality: 100 })],
    ['without a profile', () => cmyk().jpeg({ quality: 100 })],
  ] as const)('%s becomes sRGB of much the same colours', async (_name, encode) => {
    const source = await sourceFile('image/jpeg', encode())
    expect((await sharp(source.path).metadata()).space).toBe('cmyk')
    for (const keepIcc of [false, true]) {
      const output = await make(source, image.fit(32, null, { format: 'png', keepIcc }))
      const picture = await decode(output.path)
      expect(picture.channels).toBe(3)
      // Print cannot show these colours whole.
      expectColour(picture.at(0.2, 0.2), QUADRANT_COLOURS.topLeft, 60)
      expectColour(picture.at(0.8, 0.8), QUADRANT_COLOURS.bottomRight, 60)
      expect((await sharp(output.path).metadata()).hasProfile).toBe(false)
    }
  })
})

describe('a CMYK JPEG of other programs', () => {
  // Inks of 255, 0, 51 and 0 of 255.
  const CYAN: Colour = [0, 150, 190]

  async function inked(...inks: readonly number[]): Promise<Buffer> {
    const source = tiff({ width: 20, height: 20, photometric: 'separated', at: () => inks })
    const pipeline = sharp(source).pipelineColourspace('cmyk').toColourspace('cmyk')
    return pipeline.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()
  }

  function adobeMarker(bytes: Buffer): number {
    const at = bytes.indexOf('Adobe', 0, 'latin1')
    expect(at).toBeGreaterThan(0)
    return at
  }

  it('is inverted with the marker of Adobe, and without, as browsers have it', async () => {
    const bytes = await inked(255, 0, 51, 0)
    await expectEverywhere(await sourceFile('image/jpeg', bytes), CYAN)
    const at = adobeMarker(bytes) - 4
    const without = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 2 + bytes.readUInt16BE(at + 2))])
    expect(without.includes('Adobe')).toBe(false)
    await expectEverywhere(await sourceFile('image/jpeg', without), CYAN)
  })

  it('may be YCCK', async () => {
    // Brightness 82, chroma 110 and 251 of the same inks, stored as if they were inks.
    const bytes = await inked(173, 145, 4, 0)
    bytes.writeUInt8(2, adobeMarker(bytes) + 11)
    await expectEverywhere(await sourceFile('image/jpeg', bytes), CYAN)
  })
})

describe('grey', () => {
  const grey = () => open(plain(20, 20, [128, 128, 128])).toColourspace('b-w')

  it('is padded in colour', async () => {
    const source = await sourceFile('image/jpeg', grey().jpeg())
    const output = await make(source, image.fill(40, 20, { format: 'png', background: '#f00' }))
    const picture = await decode(output.path)
    expectColour(picture.at(0.05, 0.5), RED, 2)
    expectColour(picture.at(0.5, 0.5), [128, 128, 128], 2)
  })

  it('with transparency is flattened on a colour, in the chain and from the source', async () => {
    const transparent = await sourceFile('image/png', grey().ensureAlpha(0).png())
    expect((await sharp(transparent.path).metadata()).space).toBe('b-w')
    for (const position of ['centre', 'entropy'] as const) {
      const output = await make(transparent, image.crop(10, 10, { position, format: 'jpeg', background: '#f00' }))
      expectColour((await decode(output.path)).at(0.5, 0.5), RED, 4)
    }
  })
})

describe('transparency', () => {
  const half = async () => {
    const picture = await open(plain(40, 40, [0, 0, 255]))
      .ensureAlpha(1)
      .png()
      .toBuffer()
    const hole = { create: { width: 20, height: 40, channels: 4, background: '#000000ff' } } as const
    return sourceFile(
      'image/png',
      sharp(picture)
        .composite([{ input: hole, left: 20, top: 0, blend: 'dest-out' }])
        .png(),
    )
  }

  it.each(['png', 'webp', 'avif'] as const)('stays in %s', async (format) => {
    const picture = await decode((await make(await half(), image.fit(20, null, { format }))).path)
    expect(picture.channels).toBe(4)
    expect(picture.at(0.2, 0.5)[3]).toBe(255)
    expect(picture.at(0.8, 0.5)[3]).toBe(0)
  })

  it('is white in jpeg, or of the background that the recipe names', async () => {
    const source = await half()
    const white = await decode((await make(source, image.fit(20, null, { format: 'jpeg' }))).path)
    expectColour(white.at(0.8, 0.5), [255, 255, 255], 6)
    const recipe = image.fit(20, null, { format: 'jpeg', background: '#00ff00' })
    expectColour((await decode((await make(source, recipe)).path)).at(0.8, 0.5), [0, 255, 0], 20)
  })

  it('may be what fill pads with', async () => {
    const source = await sourceFile('image/jpeg', open(plain(40, 20, [0, 0, 255])).jpeg())
    const recipe = image.fill(40, 40, { format: 'webp', background: '#ff000000' })
    const picture = await decode((await make(source, recipe)).path)
    expect(picture.at(0.5, 0.1)[3]).toBe(0)
    expect(picture.at(0.5, 0.5)[3]).toBe(255)
  })
})

describe('colours that are kept beside the pixels', () => {
  it('a colour of a PNG that is named transparent is', async () => {
    for (const [samples, key] of [
      [[200, 100, 50], '00c800640032'],
      [[100], '0064'],
    ] as const) {
      const at = (x: number): readonly number[] => (x < 10 ? samples : samples.map(() => 7))
      const bytes = png({ width: 20, height: 20, at, chunks: [chunk('tRNS', Buffer.from(key, 'hex'))] })
      const { path } = await make(await sourceFile('image/png', bytes), small({ width: 20 }))
      const picture = await decode(path)
      expect(picture.at(0.2, 0.5).at(-1)).toBe(0)
      expect(picture.at(0.8, 0.5).at(-1)).toBe(255)
    }
  })

  it('a profile of a WebP counts', async () => {
    const source = await sourceFile(
      'image/webp',
      open(plain(16, 16, RED))
        .withIccProfile('p3')
        .webp({ lossless: true }),
    )
    await expectEverywhere(source, RED)
  })
})

describe('palettes and interlacing', () => {
  it.each([
    ['a palette with transparency', () => open(quadrants(64, 64)).ensureAlpha(0.5).png({ palette: true })],
    ['an interlaced PNG', () => open(quadrants(64, 64)).png({ progressive: true })],
    ['a progressive JPEG', () => open(quadrants(64, 64)).jpeg({ progressive: true })],
    ['a GIF', () => open(quadrants(64, 64)).gif()],
  ] as const)('%s is read', async (name, encode) => {
    const type = name.includes('JPEG') ? 'image/jpeg' : name.includes('GIF') ? 'image/gif' : 'image/png'
    const output = await make(await sourceFile(type, encode()), image.fit(32, null, { format: 'png' }))
    const picture = await decode(output.path)
    expectColour(picture.at(0.2, 0.2), QUADRANT_COLOURS.topLeft)
    expectColour(picture.at(0.8, 0.8), QUADRANT_COLOURS.bottomRight)
  })

  it('a PNG of a quality below 100 has a palette', async () => {
    const source = await sourceFile('image/png', open(quadrants(64, 64)).png())
    const isPalette = async (quality: number): Promise<boolean> =>
      (await sharp((await make(source, small({ quality }))).path).metadata()).isPalette
    expect(await isPalette(90)).toBe(true)
    expect(await isPalette(100)).toBe(false)
  })
})
