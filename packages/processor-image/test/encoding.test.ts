import { execFileSync } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { errorOf, outputOf } from '@rindle/testing'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { type BoxOptions, image } from '../src/recipes/index.ts'
import { decode, expectColour } from './decoded.ts'
import { type Colour, open, photoLike, plain, stack } from './pictures.ts'
import { hasProgram, rawOf, tagsOf } from './readers.ts'
import { make, outcomesOf, PROCESSOR, sourceFile } from './workbench.ts'

const hasImageMagick = hasProgram('identify', '-version')
const hasExiftool = hasProgram('exiftool', '-ver')

/** What ImageMagick says of a file: format, width, height, frames, interlacing. */
function identified(path: string, format = '%m %w %h %n %[interlace]\n'): string {
  return execFileSync('identify', ['-format', format, path], { encoding: 'utf8' }).split('\n')[0] ?? ''
}

function photo(width = 600, height = 400): Promise<Buffer> {
  return open(photoLike(width, height)).jpeg({ quality: 95 }).toBuffer()
}

describe.skipIf(!hasImageMagick)('ImageMagick reads', () => {
  it.each<[options: BoxOptions, expected: string]>([
    [{ format: 'gif' }, 'GIF 200 133 1 None'],
    [{ format: 'gif', progressive: true }, 'GIF 200 133 1 GIF'],
    [{ format: 'tiff' }, 'TIFF 200 133 1 None'],
    [{ format: 'jpeg' }, 'JPEG 200 133 1 None'],
    [{ format: 'jpeg', progressive: true }, 'JPEG 200 133 1 JPEG'],
    [{ format: 'png', progressive: true }, 'PNG 200 133 1 PNG'],
    [{ format: 'png' }, 'PNG 200 133 1 None'],
  ])('%j', async (options, expected) => {
    const { path, contentType } = await make(
      await sourceFile('image/jpeg', await photo()),
      image.fit(200, null, options),
    )
    expect(identified(path)).toBe(expected)
    expect(contentType).toBe(`image/${options.format}`)
  })

  it.each<[options: BoxOptions, sampling: string]>([
    [{}, '2x2,1x1,1x1'],
    [{ chroma: '4:2:0' }, '2x2,1x1,1x1'],
    [{ chroma: '4:4:4' }, '1x1,1x1,1x1'],
  ])('a JPEG of %j with the sampling %s', async (options, sampling) => {
    const { path } = await make(await sourceFile('image/jpeg', await photo()), image.fit(200, null, options))
    expect(identified(path, '%[jpeg:sampling-factor]\n')).toBe(sampling)
  })

  it('the same pixels from TIFF, PNG and lossless WebP', async () => {
    const source = await sourceFile('image/jpeg', await photo())
    const [tiff, png, webp] = await Promise.all([
      make(source, image.fit(200, null, { format: 'tiff' })),
      make(source, image.fit(200, null, { format: 'png' })),
      make(source, image.fit(200, null, { format: 'webp', lossless: true })),
    ])
    const differing = (path: string): string =>
      execFileSync('convert', [path, png.path, '-metric', 'AE', '-compare', '-format', '%[distortion]', 'info:'], {
        encoding: 'utf8',
      })
    expect([differing(tiff.path), differing(webp.path)]).toEqual(['0', '0'])
  })
})

describe('lossless', () => {
  it.each(['webp', 'avif'] as const)('keeps every pixel of a %s', async (format) => {
    const source = await sourceFile('image/jpeg', await photo())
    const [kept, png] = [
      await make(source, image.fit(120, null, { format, lossless: true })),
      await make(source, image.fit(120, null, { format: 'png' })),
    ]
    const [a, b] = [await rawOf(kept.path), await rawOf(png.path)]
    expect(a.data.equals(b.data)).toBe(true)
  })
})

describe('a TIFF', () => {
  it('keeps the 16 bits of a source, as a lossless PNG does, unless its pixels are changed', async () => {
    const deep = sharp(new Uint16Array(80 * 60 * 3).fill(30_001), { raw: { width: 80, height: 60, channels: 3 } })
    const source = await sourceFile('image/png', await deep.toColourspace('rgb16').png().toBuffer())
    const depthOf = async (options: BoxOptions): Promise<string> =>
      (await sharp((await make(source, image.fit(40, null, options))).path).metadata()).depth
    expect(await depthOf({ format: 'tiff' })).toBe('ushort')
    expect(await depthOf({ format: 'png', rotate: 90 })).toBe('ushort')
    for (const options of [
      { radius: 4 },
      { blur: 2 },
      { tint: '#f00' },
      { trim: true },
      { colourSpace: 'p3' },
    ] as const) {
      expect(await depthOf({ format: 'png', ...options })).toBe('uchar')
    }
  })
})

describe("the source's own format", () => {
  const plainPicture = (): Sharp => open(plain(40, 20, [200, 20, 20]))
  it.each([
    ['image/jpeg', () => plainPicture().jpeg(), 'image/jpeg'],
    ['image/png', () => plainPicture().png(), 'image/png'],
    ['image/webp', () => plainPicture().webp(), 'image/webp'],
    ['image/avif', () => plainPicture().avif({ effort: 0 }), 'image/avif'],
    ['image/gif', () => plainPicture().gif(), 'image/gif'],
    ['image/tiff', () => plainPicture().tiff(), 'image/jpeg'],
    ['image/tiff', () => plainPicture().ensureAlpha(0.5).tiff({ compression: 'lzw' }), 'image/png'],
  ] as const)('of a %s is kept if a browser shows it', async (contentType, encode, expected) => {
    const recipe = image.fit(20, null, { format: 'source' })
    expect(recipe.facts.contentType).toBeNull()
    const output = await make(await sourceFile(contentType, encode()), recipe)
    expect(output.contentType).toBe(expected)
    expect(output.path.endsWith(expected === 'image/jpeg' ? '.jpg' : `.${expected.slice(6)}`)).toBe(true)
    expect((await sharp(output.path).metadata()).mediaType).toBe(expected)
  })

  it('of a drawing is PNG, and its transparency stays', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><circle cx="5" cy="5" r="5"/></svg>'
    const output = await make(
      await sourceFile('image/svg+xml', svg),
      image.fit(20, null, { format: 'source', enlarge: true }),
    )
    expect(output).toMatchObject({ contentType: 'image/png', width: 20, height: 20 })
    expect((await decode(output.path)).at(0, 0)[3]).toBe(0)
  })

  it('of an animation moves if it is wanted, where it can', async () => {
    const frames: readonly Colour[] = [
      [200, 20, 20],
      [20, 200, 20],
    ]
    const { pixels } = stack(frames.map((colour) => plain(40, 40, colour)))
    const moving = sharp(pixels, { raw: { width: 40, height: 80, channels: 3, pageHeight: 40 } })
    for (const [contentType, encoded] of [
      ['image/gif', moving.clone().gif({ delay: [330, 70] })],
      ['image/webp', moving.clone().webp({ delay: [333, 77], lossless: true })],
    ] as const) {
      const source = await sourceFile(contentType, encoded)
      const output = await make(source, image.fit(20, null, { format: 'source', animated: true }))
      expect(output.contentType).toBe(contentType)
      expect(await sharp(output.path).metadata()).toMatchObject({ pages: 2, width: 20 })
      expect(
        (await sharp((await make(source, image.fit(20, null, { format: 'source' }))).path).metadata()).pages ?? 1,
      ).toBe(1)
      const gif = await make(source, image.fit(20, null, { format: 'gif', animated: true }))
      const { delay, pages } = await sharp(gif.path).metadata()
      expect(pages).toBe(2)
      expect(Math.abs((delay?.[0] ?? 0) - 330)).toBeLessThanOrEqual(5)
    }
  })
})

describe('Display P3', () => {
  const wide = async (encode: 'png' | 'jpeg'): Promise<Buffer> => {
    // Red of Display P3, which sRGB lacks, by a profile that converts nothing.
    const tagged = await open(plain(80, 60, [200, 20, 20]))
      .png()
      .withIccProfile('p3')
      .toBuffer()
    return sharp(tagged).keepIccProfile().linear([0, 0, 0], [255, 0, 0]).toFormat(encode, { quality: 100 }).toBuffer()
  }

  it.each(['jpeg', 'png', 'webp', 'avif', 'tiff'] as const)(
    'keeps the colours that sRGB lacks in %s',
    async (format) => {
      const source = await sourceFile('image/png', await wide('png'))
      const p3 = await make(source, image.fit(40, null, { format, colourSpace: 'p3' }))
      expectColour((await decode(p3.path)).at(0.5, 0.5), [255, 0, 0], 6)
      const srgb = await make(source, image.fit(40, null, { format: 'png', keepIcc: true }))
      expectColour((await decode(srgb.path)).at(0.5, 0.5), [255, 0, 0], 1)
      if (hasExiftool)
        expect(tagsOf(p3.path)).toMatchObject({ 'ICC_Profile:ProfileDescription': expect.stringMatching(/P3/) })
    },
  )

  it.each<[BoxOptions]>([
    [{}],
    [{ trim: 2, rotate: 90 }],
    [{ rotate: 20 }],
    [{ radius: 4 }],
    [{ format: 'jpeg', maxBytes: 4_000 }],
    [{ sharpen: true, blur: 1 }],
  ])('keeps the colours of a picture in sRGB, with %j', async (options) => {
    for (const tagged of [false, true]) {
      const bare = open(plain(80, 60, [230, 10, 10])).png()
      const source = await sourceFile('image/png', await (tagged ? bare.withIccProfile('srgb') : bare).toBuffer())
      const output = await make(source, image.fit(40, null, { format: 'png', colourSpace: 'p3', ...options }))
      expectColour((await decode(output.path)).at(0.5, 0.5), [211, 48, 34], 4)
    }
  })

  it.each<[BoxOptions]>([
    [{ trim: 2 }],
    [{ rotate: 20 }],
    [{ radius: 4, flop: true }],
    [{ format: 'jpeg', maxBytes: 4_000 }],
  ])('keeps the colours that sRGB lacks, with %j', async (options) => {
    const source = await sourceFile('image/jpeg', await wide('jpeg'))
    const output = await make(source, image.fit(40, null, { format: 'png', colourSpace: 'p3', ...options }))
    expectColour((await decode(output.path)).at(0.5, 0.5), [255, 0, 0], 6)
  })

  it('has its background in the same colour', async () => {
    const source = await sourceFile('image/png', await wide('png'))
    const fill = image.fill(60, 60, { format: 'png', colourSpace: 'p3', background: '#e60a0a' })
    expectColour((await decode((await make(source, fill)).path)).at(0.5, 0.01), [211, 48, 34], 3)
    const jpeg = image.fit(60, null, { colourSpace: 'p3', radius: 'circle', background: '#e60a0a', quality: 100 })
    expectColour((await decode((await make(source, jpeg)).path)).at(0, 0), [211, 48, 34], 6)
  })
})

describe('a limit of bytes', () => {
  it.each(['jpeg', 'webp', 'avif'] as const)('is kept by a %s at the highest quality that fits', async (format) => {
    const source = await sourceFile('image/jpeg', await photo())
    const at = async (options: BoxOptions): Promise<number> =>
      (await make(source, image.fit(300, null, { format, effort: format === 'jpeg' ? undefined : 0, ...options })))
        .byteSize
    const [most, least] = [await at({}), await at({ quality: 31 })]
    const maxBytes = Math.round((most + least) / 2)
    const limited = await at({ maxBytes })
    expect(limited).toBeLessThanOrEqual(maxBytes)
    expect(limited).toBeGreaterThan(maxBytes * 0.85)
    expect(await at({ maxBytes: most })).toBe(most)
  })

  it('that no acceptable quality keeps is an error of that variant alone', async () => {
    const source = await sourceFile('image/jpeg', await photo())
    const outcomes = await outcomesOf(PROCESSOR, source, {
      tiny: image.fit(300, null, { maxBytes: 500 }),
      other: image.fit(300),
    })
    expect(errorOf(outcomes.get('tiny'))).toMatchObject({
      code: 'output_mismatch',
      message: expect.stringMatching(/has \d+ bytes at the lowest quality, and its maxBytes is 500/),
    })
    expect((await stat(outputOf(outcomes.get('other')).path)).size).toBeGreaterThan(500)
  })

  it('counts the copyright, too', async () => {
    const source = await sourceFile(
      'image/jpeg',
      await sharp(await photo())
        .withExif({ IFD0: { Copyright: 'x'.repeat(500) } })
        .jpeg()
        .toBuffer(),
    )
    const maxBytes = 9_000
    const { path } = await make(source, image.fit(300, null, { maxBytes, metadata: 'copyright' }))
    const bytes = await readFile(path)
    expect([bytes.byteLength <= maxBytes, bytes.includes('x'.repeat(500))]).toEqual([true, true])
  })
})
