import { readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceFile } from '@rindle/core'
import type { VariantOutcome } from '@rindle/core/adapter'
import { errorOf, type VariantRecipes } from '@rindle/testing'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { planDecodes } from '../src/decode-plan.ts'
import { readOutput, readPicture } from '../src/decoder/read-picture.ts'
import { decodeBase } from '../src/decoder/render.ts'
import { image } from '../src/recipes/index.ts'
import { factsOf } from '../src/source-facts.ts'
import { verifyOutput } from '../src/verify-output.ts'
import { open, photoLike, quadrants } from './pictures.ts'
import { LIMITS, normalImage, outcomesOf, PROCESSOR, processorWith, request, sourceFile } from './workbench.ts'

const BOTH: VariantRecipes = {
  chained: image.fit(100, null, { format: 'webp' }),
  direct: image.crop(50, 50, { position: 'entropy' }),
}

async function truncated(format: 'jpeg' | 'png'): Promise<SourceFile> {
  const whole = await open(photoLike(400, 300)).toFormat(format).toBuffer()
  return sourceFile(`image/${format}`, whole.subarray(0, Math.floor(whole.byteLength / 2)))
}

describe('a truncated file', () => {
  it.each(['jpeg', 'png'] as const)(
    'of %s passes the probe, and gives corrupt_media for each variant',
    async (format) => {
      const source = await truncated(format)
      await PROCESSOR.probe(source, { limits: LIMITS })
      const outcomes = await outcomesOf(PROCESSOR, source, BOTH)
      expect([...outcomes.keys()].toSorted()).toEqual(['chained', 'direct'])
      for (const outcome of outcomes.values()) {
        expect(errorOf(outcome)).toMatchObject({ code: 'corrupt_media', retryable: false })
      }
    },
  )

  it('does not harm its siblings', async () => {
    const processor = processorWith({ concurrency: 2 })
    const sound = await sourceFile('image/jpeg', open(photoLike(400, 300)).jpeg())
    const damaged = await truncated('jpeg')
    const all = await Promise.all(
      [sound, damaged, sound, damaged, sound].map((source) => outcomesOf(processor, source, BOTH)),
    )
    const codes = all.map((outcomes) =>
      [...outcomes.values()].map((outcome) => ('error' in outcome ? 'error' : 'made')),
    )
    expect(codes).toEqual([
      ['made', 'made'],
      ['error', 'error'],
      ['made', 'made'],
      ['error', 'error'],
      ['made', 'made'],
    ])
  })
})

describe('a source that cannot be used at all', () => {
  it.each([
    ['limit_exceeded', { maxPixels: 10 }, 'image/jpeg'],
    ['unsupported_codec', LIMITS, 'image/jxl'],
  ] as const)('gives %s for each variant', async (code, limits, contentType) => {
    const source = await sourceFile(contentType, open(quadrants(40, 40)).jpeg())
    const outcomes = await outcomesOf(PROCESSOR, source, BOTH, { limits })
    expect([...outcomes.values()].map((outcome) => errorOf(outcome).code)).toEqual([code, code])
  })

  it('because it is gone gives variant_source_not_found', async () => {
    const source = { path: '/nowhere/original', contentType: 'image/jpeg', byteSize: 1 }
    const outcomes = await outcomesOf(PROCESSOR, source, BOTH)
    expect(errorOf(outcomes.get('chained'))).toMatchObject({ code: 'variant_source_not_found' })
  })
})

describe('a timeout', () => {
  it.each(['centre', 'entropy'] as const)(
    'ends what takes too long (%s), and says which option to raise',
    async (position) => {
      const source = await sourceFile('image/jpeg', open(photoLike(200, 200)).jpeg())
      const outcomes = await outcomesOf(processorWith({ timeoutSeconds: 1 }), source, {
        slow: image.crop(6000, 6000, { position, format: 'webp', quality: 100, effort: 6 }),
      })
      expect(errorOf(outcomes.get('slow'))).toMatchObject({
        code: 'processing_timeout',
        message: expect.stringContaining('timeoutSeconds'),
      })
    },
  )
})

describe('a full disk', () => {
  it('is insufficient_disk, which may be tried again', async () => {
    const source = await sourceFile('image/jpeg', open(quadrants(40, 40)).jpeg())
    const outcomes = new Map<string, VariantOutcome>()
    const onOutcome = async (outcome: VariantOutcome): Promise<void> => void outcomes.set(outcome.name, outcome)
    const work = await request(source, { thumb: image.fit(20, null, { format: 'webp' }) }, { onOutcome })
    await symlink('/dev/full', join(work.directory, 'thumb.webp'))
    await PROCESSOR.process(work)
    expect(errorOf(outcomes.get('thumb'))).toMatchObject({ code: 'insufficient_disk', retryable: true })
  })
})

describe('cancelling', () => {
  it('during the work ends it before the next step, with nothing on its way any more', async () => {
    const source = await sourceFile('image/jpeg', open(photoLike(1200, 900)).jpeg())
    const controller = new AbortController()
    const recipes = Object.fromEntries([900, 800, 700, 600].map((width) => [`w${width}`, image.fit(width)]))
    const delivered: string[] = []
    const onOutcome = async ({ name }: VariantOutcome): Promise<void> => {
      delivered.push(name)
      controller.abort(new Error('enough'))
    }
    const work = await request(source, recipes, { signal: controller.signal, onOutcome })
    await expect(processorWith({ concurrency: 1 }).process(work)).rejects.toMatchObject({
      code: 'variant_processing_cancelled',
      cause: expect.objectContaining({ message: 'enough' }),
    })
    expect(delivered).toEqual(['w900'])
    expect(await readdir(work.directory)).toEqual(['w900.jpg'])
  })

  it('while other images are worked on gives up the place in the queue', async () => {
    const processor = processorWith({ concurrency: 1 })
    const source = await sourceFile('image/jpeg', open(quadrants(40, 40)).jpeg())
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
    const { promise: inside, resolve: isInside } = Promise.withResolvers<void>()
    const first = processor.process(
      await request(source, BOTH, {
        onOutcome: async () => {
          isInside()
          await held
        },
      }),
    )
    await inside
    const controller = new AbortController()
    const second = processor.process(await request(source, BOTH, { signal: controller.signal }))
    controller.abort()
    await expect(second).rejects.toMatchObject({ code: 'variant_processing_cancelled' })
    letGo()
    await first
  })
})

describe('an outcome', () => {
  it('that the caller cannot take ends the work with its error, and nothing is delivered or made after', async () => {
    const source = await sourceFile('image/jpeg', open(photoLike(1200, 900)).jpeg())
    const delivered: string[] = []
    const onOutcome = async ({ name }: VariantOutcome): Promise<void> => {
      delivered.push(name)
      throw new Error('the database is gone')
    }
    const recipes: VariantRecipes = {
      slow: image.fit(1200, null, { format: 'webp', effort: 6 }),
      quick: image.fit(40),
      quicker: image.fit(20),
    }
    const work = await request(source, recipes, { onOutcome })
    await expect(processorWith({ concurrency: 2 }).process(work)).rejects.toThrow('the database is gone')
    expect(delivered).toEqual(['quick'])
    // The running work has ended.
    await sharp(join(work.directory, 'slow.webp')).raw().toBuffer()
  })
})

describe('a source that was replaced after its header was read', () => {
  it('is still not decoded beyond the limit', async () => {
    const source = await sourceFile('image/jpeg', open(quadrants(400, 400)).jpeg())
    const facts = factsOf(source.contentType, await readPicture(source))
    const input = { source, facts, limits: { maxPixels: 1000 }, timeoutSeconds: 10 }
    await expect(decodeBase(input, { width: 10, height: 10 })).rejects.toThrow('exceeds pixel limit')
  })
})

describe('an output that is not what its recipe promises', () => {
  it('is output_mismatch, with every difference', async () => {
    const source = await sourceFile('image/jpeg', open(quadrants(400, 400)).jpeg())
    const facts = factsOf(source.contentType, await readPicture(source))
    const recipe = normalImage({ mode: 'fit', width: 100, format: 'webp' })
    const [variant] = planDecodes(facts, [{ name: 'thumb', recipe }], LIMITS).chained
    if (variant === undefined) throw new Error('This is chained.')
    const { path } = await sourceFile(
      'image/png',
      open(quadrants(40, 30))
        .withExif({ IFD0: { Artist: 'Somebody' } })
        .withIccProfile('p3')
        .png(),
    )
    const verify = async (): Promise<unknown> => {
      const bytes = await readFile(path)
      return verifyOutput(
        { picture: await readOutput(bytes), byteSize: bytes.byteLength, size: null },
        { path, variant, facts },
      )
    }
    await expect(verify()).rejects.toMatchObject({
      code: 'output_mismatch',
      details: {
        problems: [
          'its type is image/png',
          'it has 40 × 30 pixels instead of 100 × 100',
          'it carries exif',
          'it has a colour profile',
        ],
      },
    })
    await writeFile(path, await readFile(source.path))
    await expect(verify()).rejects.toMatchObject({ code: 'output_mismatch' })
  })
})
