import type { Processor, Recipe, SourceFile } from '@rindle/core'
import { errorOf, outputOf } from '@rindle/testing'
import sharp from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { type ImageDecoder, imageProcessor } from '../src/index.ts'
import { image } from '../src/recipes/index.ts'
import { greyProfile } from './grey-profile.ts'
import type { TinyFile } from './tiny-decoder-program.ts'
import { LIMITS, outcomesOf, processorWith, sourceFile } from './workbench.ts'

const TYPE = 'image/jxl'
const TINY: ImageDecoder = {
  name: 'tiny',
  contentTypes: [TYPE],
  module: new URL('tiny-decoder-program.ts', import.meta.url),
}
const PICTURE: TinyFile = { width: 30, height: 20, channels: 3, bits: 8, cicp: null, pixel: [200, 100, 50] }
const WHOLE: Recipe = image.fit(1000, null, { format: 'png', quality: 100 })

const PROCESSOR: Processor = imageProcessor({ decoders: [TINY], concurrency: 1 })
afterAll(() => PROCESSOR.stop())

function fileOf(changes: Partial<TinyFile> = {}): Promise<SourceFile> {
  return sourceFile(TYPE, JSON.stringify({ ...PICTURE, ...changes }))
}

async function pixelOf(source: SourceFile, recipe: Recipe = WHOLE, processor = PROCESSOR): Promise<number[]> {
  const { path } = outputOf((await outcomesOf(processor, source, { only: recipe })).get('only'))
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true })
  return [...data.subarray(0, info.channels)]
}

async function errorOfFault(fault: TinyFile['fault'], processor = PROCESSOR): Promise<unknown> {
  const source = await fileOf(fault === undefined ? {} : { fault })
  return errorOf((await outcomesOf(processor, source, { only: WHOLE })).get('only'))
}

describe('a decoder besides sharp', () => {
  test('makes its content types readable, and their headers and pixels are its own', async () => {
    expect(PROCESSOR.probes.has(TYPE)).toBe(true)
    const source = await fileOf()
    expect(await PROCESSOR.probe(source, { limits: LIMITS })).toMatchObject({
      kind: 'image',
      width: 30,
      height: 20,
      metadata: { format: 'jxl', space: 'srgb', channels: 3, hasAlpha: false, orientation: 1 },
    })
    expect(await pixelOf(source)).toEqual([200, 100, 50])
  })

  test('leaves bytes that are not for it to sharp', async () => {
    const png = await sharp({ create: { width: 5, height: 5, channels: 3, background: '#3a7bd5' } })
      .png()
      .toBuffer()
    const processor = processorWith({ decoders: [{ ...TINY, contentTypes: ['image/png'] }] })
    expect(await pixelOf(await sourceFile('image/png', png), WHOLE, processor)).toEqual([0x3a, 0x7b, 0xd5])
  })

  const icc = greyProfile(1).toString('base64')
  // A light of 100 / 255, as sRGB stores it.
  const LIGHT = 168
  test.each([
    { what: 'transparency', changes: { channels: 4, pixel: [200, 100, 50, 128] }, shown: [200, 100, 50, 128] },
    { what: '16 bits', changes: { bits: 10, pixel: [51_400, 25_700, 12_850] }, shown: [200, 100, 50] },
    { what: 'grey', changes: { channels: 1, pixel: [100] }, shown: [100, 100, 100] },
    { what: 'a profile', changes: { channels: 1, pixel: [100], icc }, shown: [LIGHT, LIGHT, LIGHT] },
    {
      what: 'a profile of 16 bits',
      changes: { channels: 1, bits: 16, pixel: [25_700], icc },
      shown: [LIGHT, LIGHT, LIGHT],
    },
    {
      what: 'a profile beside transparency',
      changes: { channels: 2, pixel: [100, 128], icc },
      shown: [LIGHT, LIGHT, LIGHT, 128],
    },
    {
      what: 'colours by numbers',
      changes: { cicp: { primaries: 1, transfer: 8 }, pixel: [100, 100, 100] },
      shown: [LIGHT, LIGHT, LIGHT],
    },
  ] as const)('gives $what, in the whole size and shrunk', async ({ changes, shown }) => {
    const source = await fileOf(changes)
    for (const width of [1000, 10]) {
      const pixel = await pixelOf(source, image.fit(width, null, { format: 'webp', quality: 100 }))
      expect(pixel).toHaveLength(shown.length)
      for (const [index, value] of pixel.entries()) expect(Math.abs(value - (shown[index] ?? 0))).toBeLessThan(4)
    }
  })

  test('has its pixels counted before any is decoded, those behind a crop as well', async () => {
    const source = await fileOf({ decodedPixels: 1001, fault: 'crash' })
    await expect(PROCESSOR.probe(source, { limits: { maxPixels: 1000 } })).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringContaining('600 pixels, cropped from 1001'),
    })
  })

  test('is off for types that no profile accepts', async () => {
    const processor = processorWith({ decoders: [TINY] })
    await processor.start({ acceptedTypes: new Set(['image/png']) })
    await expect(processor.probe(await fileOf(), { limits: LIMITS })).rejects.toMatchObject({
      code: 'unsupported_codec',
    })
  })
})

describe('a decoder besides sharp that fails', () => {
  test('with a verdict refuses the file by name', async () => {
    expect(await errorOfFault('refuse')).toMatchObject({
      code: 'unsupported_codec',
      message: expect.stringContaining('The file is a tiny picture of an odd kind'),
    })
  })

  test('by itself fails no file for good, and begins anew', async () => {
    expect(await errorOfFault('throw')).toMatchObject({
      code: 'processing_failed',
      retryable: true,
      message: expect.stringContaining('Decoder tiny failed: the tiny decoder is at its end'),
    })
    expect(await pixelOf(await fileOf())).toEqual([200, 100, 50])
  })

  test('for want of memory waits for memory', async () => {
    expect(await errorOfFault('system')).toMatchObject({ code: 'insufficient_memory' })
  })

  test('to read a header in time keeps nobody waiting after an abort', async () => {
    const processor = processorWith({ decoders: [TINY] })
    const source = await fileOf({ fault: 'hang' })
    const controller = new AbortController()
    const aborted = { signal: controller.signal }
    const probe = processor.probe(source, { limits: LIMITS, ...aborted })
    const made = outcomesOf(processor, source, { only: WHOLE }, aborted)
    controller.abort(new Error('enough'))
    const cancelled = { code: 'variant_processing_cancelled', cause: expect.objectContaining({ message: 'enough' }) }
    await expect(probe).rejects.toMatchObject(cancelled)
    await expect(made).rejects.toMatchObject(cancelled)
  })

  test('in a crash takes its process along, which is replaced', async () => {
    expect(await errorOfFault('crash')).toMatchObject({
      code: 'processing_failed',
      retryable: true,
      message: expect.stringMatching(/the decoder process crashed.*Decoder tiny crashed: outside of the call/),
    })
    expect(await pixelOf(await fileOf())).toEqual([200, 100, 50])
  })

  test('by growing is ended at the limit of memory, though it never pauses', async () => {
    const processor = processorWith({ decoders: [TINY], concurrency: 1, maxMemoryBytes: 256 * 1024 ** 2 })
    expect(await errorOfFault('grow', processor)).toMatchObject({
      code: 'processing_failed',
      message: expect.stringContaining('`maxMemoryBytes`'),
    })
  })

  test('to give back its memory gets a new thread', async () => {
    const source = await fileOf({ fault: 'leak' })
    const processor = processorWith({ decoders: [TINY], concurrency: 1 })
    expect(await pixelOf(source, WHOLE, processor)).toEqual([200, 100, 50])
    expect(await pixelOf(source, WHOLE, processor)).toEqual([200, 100, 50])
  })

  test('to load is named by the doctor, and one that loads says what it is', async () => {
    const look = (decoder: ImageDecoder): Promise<unknown> => {
      const acceptedTypes = new Set([TYPE])
      const { signal } = new AbortController()
      const processor = processorWith({ decoders: [decoder] })
      return Array.fromAsync(processor.diagnose({ capabilities: new Set(), acceptedTypes, signal }))
    }
    expect(await look(TINY)).toContainEqual({
      id: 'decoder.tiny',
      status: 'ok',
      summary: 'tiny 1.0 decodes image/jxl',
    })
    const nowhere = new URL('nowhere.ts', import.meta.url)
    expect(await look({ ...TINY, module: nowhere })).toContainEqual(
      expect.objectContaining({ id: 'decoder.tiny', status: 'error', summary: expect.stringContaining('nowhere.ts') }),
    )
  })
})

describe('the option `decoders`', () => {
  test.each([
    ['a type under another name', [{ ...TINY, contentTypes: ['image/jpg'] }], 'decoders.0.contentTypes.0'],
    ['a name with spaces', [{ ...TINY, name: 'My decoder' }], 'decoders.0.name'],
    ['a path instead of a URL', [{ ...TINY, module: './decoder.js' }], 'decoders.0.module'],
    ['the same decoder twice', [TINY, TINY], 'different names'],
  ])('refuses %s, with the path', (_what, decoders, says) => {
    const create = (): Processor => imageProcessor({ decoders: decoders as readonly ImageDecoder[] })
    expect(create).toThrow(expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(says) }))
  })
})

test('the doctor names a type that a profile accepts and nothing here decodes', async () => {
  const acceptedTypes = new Set(['image/heic', 'image/jpeg'])
  const { signal } = new AbortController()
  const context = { capabilities: new Set<string>(), acceptedTypes, signal }
  expect(await Array.fromAsync(processorWith({}).diagnose(context))).toContainEqual({
    id: 'decoder.missing',
    status: 'warn',
    summary: 'profiles accept image/heic, which this process cannot decode',
    fix: expect.stringContaining('@rindle/decoder-heic'),
  })
  const decoders = [{ ...TINY, contentTypes: ['image/heic'] }]
  const findings = await Array.fromAsync(processorWith({ decoders }).diagnose(context))
  expect(findings.map(({ id }) => id)).not.toContain('decoder.missing')
})
