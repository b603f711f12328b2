import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Recipe } from '@rindle/core'
import type { VariantRecipes } from '@rindle/testing'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type BoxOptions, image } from '../src/recipes/index.ts'
import { open, quadrants } from './pictures.ts'
import { structuralSimilarity } from './structural-similarity.ts'
import { applicationFile, LIMITS, make, outcomesOf, PROCESSOR } from './workbench.ts'

const corpus = process.env['RINDLE_CORPUS'] ?? ''
if (corpus === '') console.warn('Skipped: the corpus lane needs RINDLE_CORPUS, the path of a folder of real files.')

const TYPES: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.apng': 'image/apng',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.heic': 'image/heic',
  '.tif': 'image/tiff',
  '.svg': 'image/svg+xml',
  '.bmp': 'image/bmp',
  '.ico': 'image/x-icon',
  '.psd': 'image/vnd.adobe.photoshop',
  '.jxl': 'image/jxl',
  '.jp2': 'image/jp2',
}

/** The variants that cannot be made from ordinary and odd files; all others must be. */
const REFUSED: Readonly<Record<string, string>> = {
  'avif-sequence.avif': 'unsupported_codec',
  'heic-hevc.heic': 'unsupported_codec',
  'heic-mif1.heic': 'unsupported_codec',
  'heic-multi.heic': 'unsupported_codec',
  'jp2.jp2': 'unsupported_codec',
  // Its data are of another picture than its tables, to every decoder.
  'jpg-bad-exif.jpg': 'corrupt_media',
  'jpg-corrupt-header.jpg': 'corrupt_media',
  'jpg-giant.jpg': 'limit_exceeded',
  'jpg-truncated.jpg': 'corrupt_media',
  'jxl.jxl': 'unsupported_codec',
  'png-65536x65536.png': 'limit_exceeded',
  'png-corrupt-crc.png': 'corrupt_media',
  'png-truncated.png': 'corrupt_media',
  'psd.psd': 'unsupported_codec',
  'tiff-lab.tif': 'unsupported_codec',
  'wrongext-json-named.webp': 'unsupported_codec',
  'wrongext-spoof.png': 'unsupported_codec',
  'wrongext-zip-named.png': 'unsupported_codec',
  'zero-byte.png': 'unsupported_codec',
}

const CLEAR_CODES = ['made', 'limit_exceeded', 'corrupt_media', 'unsupported_codec', 'processing_timeout']

describe.skipIf(corpus === '')('the corpus', { timeout: 300_000 }, () => {
  const folder = (name: string): string => join(corpus, name)

  it('public: every image is made, or refused with the one right code', async () => {
    const results: Record<string, string> = {}
    const expected: Record<string, string> = {}
    for (const file of await readdir(folder('public'))) {
      const contentType = TYPES[extname(file)]
      if (contentType === undefined) continue
      const source = { path: join(folder('public'), file), contentType, byteSize: 0 }
      const outcomes = await outcomesOf(PROCESSOR, source, {
        jpeg: image.fit(320, 320),
        webp: image.crop(100, 100, { format: 'webp', animated: true }),
        png: image.crop(64, 64, { position: 'entropy', format: 'png' }),
        avif: image.fill(50, 50, { format: 'avif', keepIcc: true }),
      })
      const codes = [...outcomes.values()].map((each) =>
        'error' in each ? (each.error as { code?: string }).code : 'made',
      )
      results[file] = [...new Set(codes)].join(' ')
      expected[file] = REFUSED[file] ?? 'made'
    }
    expect(results).toEqual(expected)
    expect(Object.keys(results).length).toBeGreaterThan(50)
  })

  it('public: the eight orientations of one landscape are upright', async () => {
    const upright = await pixelsOf(folder('public/jpg-exif-orient-1.jpg'), image.fit(150, null, { format: 'png' }))
    for (let orientation = 2; orientation <= 8; orientation += 1) {
      const path = folder(`public/jpg-exif-orient-${orientation}.jpg`)
      const turned = await pixelsOf(path, image.fit(150, null, { format: 'png' }))
      expect(turned).toMatchObject({ width: upright.width, height: upright.height })
      // The pictures differ in the number that is written on them.
      const similarity = structuralSimilarity(upright.data, turned.data, upright.width, upright.height)
      expect({ orientation, isAlike: similarity > 0.9 }).toEqual({ orientation, isAlike: true })
    }
  })

  it('photos: every variant from the chain equals one that was made from the photo by itself', async () => {
    const recipes: VariantRecipes = {
      large: image.fit(2048, 2048, { format: 'png', effort: 1 }),
      medium: image.fit(1024, 1024, { format: 'png', effort: 1 }),
      small: image.fit(480, 480, { format: 'png', effort: 1 }),
      thumb: image.crop(160, 160, { format: 'png', effort: 1 }),
    }
    const lowest: Record<string, number> = {}
    for (const file of await readdir(folder('photos'))) {
      const path = join(folder('photos'), file)
      const outcomes = await outcomesOf(PROCESSOR, { path, contentType: 'image/jpeg', byteSize: 0 }, recipes)
      for (const [name, outcome] of outcomes) {
        if ('error' in outcome) throw outcome.error
        const { width = 0, height = 0 } = outcome.output
        const made = await sharp(outcome.output.path).raw().toBuffer()
        const fit = name === 'thumb' ? 'cover' : 'fill'
        const alone = await sharp(path, { autoOrient: true }).resize(width, height, { fit }).raw().toBuffer()
        lowest[name] = Math.min(lowest[name] ?? 1, structuralSimilarity(made, alone, width, height))
      }
    }
    console.info('Lowest similarity of the chain to a decode of its own:', lowest)
    expect(Object.keys(lowest).toSorted()).toEqual(['large', 'medium', 'small', 'thumb'])
    expect(Math.min(...Object.values(lowest))).toBeGreaterThanOrEqual(0.995)
  })

  it('photos: every option makes a picture of every photo', async () => {
    const file = await applicationFile('mark.png', await open(quadrants(120, 60)).png().toBuffer())
    const module = new URL('negating-transform.ts', import.meta.url)
    const fit = (options: BoxOptions): Recipe => image.fit(640, 640, options)
    const recipes: VariantRecipes = {
      enlarged: image.fit(5000, null, { enlarge: true }),
      turned: fit({ rotate: 90, flip: true, flop: true }),
      tilted: fit({ rotate: 7, background: '#0000', format: 'png' }),
      trimmed: fit({ trim: true }),
      sharpened: fit({ sharpen: true, format: 'webp' }),
      sharper: fit({ sharpen: 2 }),
      blurred: fit({ blur: 10 }),
      grey: fit({ grayscale: true }),
      tinted: fit({ tint: '#704214' }),
      round: image.crop(320, 320, { radius: 'circle', format: 'webp' }),
      marked: fit({ overlay: { file, scale: 0.2, opacity: 0.5 } }),
      tiled: fit({ overlay: { file, tile: true, scale: 0.1 }, format: 'webp' }),
      gif: image.fit(160, null, { format: 'gif' }),
      tiff: fit({ format: 'tiff' }),
      same: fit({ format: 'source', progressive: false }),
      progressive: fit({ progressive: true, chroma: '4:4:4' }),
      lossless: image.fit(160, null, { format: 'webp', lossless: true }),
      owned: fit({ metadata: 'copyright' }),
      wide: fit({ colourSpace: 'p3' }),
      limited: fit({ maxBytes: 60_000 }),
      transformed: image.transform(module, { width: 320 }),
    }
    const failures: string[] = []
    const files = await readdir(folder('photos'))
    for (const photo of files) {
      const source = { path: join(folder('photos'), photo), contentType: 'image/jpeg', byteSize: 0 }
      for (const [name, outcome] of await outcomesOf(PROCESSOR, source, recipes)) {
        if ('error' in outcome) failures.push(`${photo} ${name}: ${String(outcome.error)}`)
      }
    }
    expect(failures).toEqual([])
    expect(files.length).toBeGreaterThan(5)
  })

  it('public: every option makes a picture of every file that can be read', async () => {
    const file = await applicationFile('mark.png', await open(quadrants(120, 60)).png().toBuffer())
    const failures: string[] = []
    for (const name of await readdir(folder('public'))) {
      const contentType = TYPES[extname(name)]
      if (contentType === undefined || REFUSED[name] !== undefined) continue
      const outcomes = await outcomesOf(
        PROCESSOR,
        { path: join(folder('public'), name), contentType, byteSize: 0 },
        {
          turned: image.fit(80, 80, {
            rotate: 90,
            flop: true,
            blur: 1,
            sharpen: true,
            radius: 9,
            metadata: 'copyright',
          }),
          tilted: image.crop(80, 80, { rotate: 33, trim: true, background: '#0008', format: 'png', grayscale: true }),
          tinted: image.fit(80, 80, { tint: '#08f', overlay: { file }, format: 'webp', radius: 'circle' }),
          wide: image.fill(80, 80, { colourSpace: 'p3', overlay: { file, tile: true, scale: 0.5 }, maxBytes: 9_000 }),
          moving: image.crop(80, 80, { format: 'gif', animated: true, overlay: { file, scale: 0.2 }, radius: 4 }),
          same: image.fit(80, 80, { format: 'source', enlarge: true, animated: true }),
          deep: image.fit(80, 80, { format: 'tiff', rotate: 180 }),
        },
      )
      for (const [variant, outcome] of outcomes) {
        if ('error' in outcome) failures.push(`${name} ${variant}: ${String(outcome.error)}`)
      }
    }
    expect(failures).toEqual([])
  })

  it('photos: the centre of attention is where it is without the chain', async () => {
    for (const file of await readdir(folder('photos'))) {
      const path = join(folder('photos'), file)
      const source = { path, contentType: 'image/jpeg', byteSize: 0 }
      const outcomes = await outcomesOf(PROCESSOR, source, {
        large: image.fit(2048),
        square: image.crop(160, 160, { position: 'attention', format: 'png' }),
      })
      const square = outcomes.get('square')
      if (square === undefined || 'error' in square) throw new Error(`${file} has no square.`)
      const made = await sharp(square.output.path).raw().toBuffer()
      const alone = sharp(path, { autoOrient: true }).resize(160, 160, { fit: 'cover', position: 'attention' })
      expect(structuralSimilarity(made, await alone.raw().toBuffer(), 160, 160)).toBeGreaterThanOrEqual(0.99)
    }
  })

  it.each([
    // Two images of 100 megapixels are among the bombs.
    ['bombs', 1024],
    ['crashers', 256],
    ['svg', 256],
    ['polyglots', 256],
    ['imagemagick', 256],
  ])(
    'hostile/%s: every file has a clear code, and the process stays alive and below %i MiB',
    async (name, maxMebibytes) => {
      const program = fileURLToPath(new URL('hostile-program.ts', import.meta.url))
      const run = promisify(execFile)
      const { stdout } = await run(process.execPath, [...process.execArgv, program, folder(`hostile/${name}`)])
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as HostileLine)
      const unclear = lines.filter(({ outcomes = {} }) =>
        Object.values(outcomes).some((code) => !CLEAR_CODES.includes(code)),
      )
      expect(unclear).toEqual([])
      expect(lines.length).toBeGreaterThan(5)
      const { peakBytes = Number.NaN } = lines.at(-1) ?? {}
      console.info(`hostile/${name}: ${lines.length - 1} files, at most ${Math.round(peakBytes / 1024 / 1024)} MiB.`)
      expect(peakBytes).toBeLessThan(maxMebibytes * 1024 * 1024)
    },
  )
})

interface HostileLine {
  readonly file?: string
  readonly outcomes?: Readonly<Record<string, string>>
  readonly peakBytes?: number
}

async function pixelsOf(path: string, recipe: Recipe): Promise<{ data: Buffer; width: number; height: number }> {
  const source = { path, contentType: 'image/jpeg', byteSize: 0 }
  expect(await PROCESSOR.probe(source, { limits: LIMITS })).toMatchObject({ width: 600, height: 450 })
  const output = await make(source, recipe)
  const { data, info } = await sharp(output.path).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}
