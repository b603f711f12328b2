import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isRindleError, type Processor } from '@rindle/core'
import type { VariantOutcome } from '@rindle/core/adapter'
import sharp from 'sharp'
import { afterEach, describe, expect, it } from 'vitest'
import { imageProcessor } from '../src/index.ts'
import { image } from '../src/recipes/index.ts'
import { decode } from './decoded.ts'
import { open, plain, quadrants } from './pictures.ts'
import { LIMITS, make, request, sourceFile } from './workbench.ts'

const started: Processor[] = []

async function startedFor(...types: string[]): Promise<Processor> {
  const processor = imageProcessor()
  started.push(processor)
  await processor.start({ acceptedTypes: new Set(types) })
  return processor
}

afterEach(async () => {
  for (const processor of started.splice(0)) await processor.stop()
})

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10" fill="#f00"/></svg>'
const PICTURE = image.fit(10, null, { format: 'png' })

const TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/tiff', 'image/webp', 'image/avif', 'image/svg+xml']

// The types whose loaders are on. Each file poses as an accepted one, so that only its loader can refuse.
async function opened(processor: Processor, accepted: string): Promise<string[]> {
  const answers = await Promise.all(TYPES.map((type) => opens(processor, accepted, type)))
  return TYPES.filter((_type, index) => answers[index])
}

async function opens(processor: Processor, accepted: string, contentType: string): Promise<boolean> {
  const content = contentType === 'image/svg+xml' ? SVG : await encoded(contentType)
  const source = await sourceFile(accepted, content)
  try {
    await processor.probe(source, { limits: LIMITS })
    return true
  } catch (error) {
    if (isRindleError(error, 'unsupported_codec')) return false
    expect(error).toMatchObject({ code: 'corrupt_media', message: expect.stringContaining('but opens as') })
    return true
  }
}

function settings(): object {
  const { memory, files, items } = sharp.cache()
  return { concurrency: sharp.concurrency(), memory: memory.max, files: files.max, items: items.max }
}

function encoded(contentType: string): Promise<Buffer> {
  const format = contentType.replace('image/', '') as 'jpeg'
  return open(quadrants(20, 10)).toFormat(format).toBuffer()
}

describe('start', () => {
  it('leaves only the loaders of accepted types to files', async () => {
    const every = await startedFor(...TYPES)
    expect(await opened(every, 'image/jpeg')).toEqual(TYPES.filter((type) => type !== 'image/svg+xml'))
    const two = await startedFor('image/jpeg', 'image/png')
    expect(await opened(two, 'image/jpeg')).toEqual(['image/jpeg', 'image/png'])
  })

  it('leaves the sharp of the application alone', async () => {
    sharp.concurrency(2)
    const before = settings()
    const processor = await startedFor('image/png')
    await make(await sourceFile('image/png', open(quadrants(20, 10)).png()), PICTURE, processor)
    expect(settings()).toEqual(before)
    const { path } = await sourceFile('image/tiff', await encoded('image/tiff'))
    await sharp(path).raw().toBuffer()
  })

  it('makes every format, though the loaders of their files are off', async () => {
    const processor = await startedFor('image/png')
    const source = await sourceFile('image/png', open(quadrants(20, 10)).png())
    for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
      await make(source, image.fit(10, null, { format }), processor)
    }
  })

  it('refuses a type that no profile accepts, and says so', async () => {
    const processor = await startedFor('image/png')
    for (const type of ['image/tiff', 'image/svg+xml']) {
      const source = await sourceFile(type, type === 'image/tiff' ? await encoded(type) : SVG)
      await expect(processor.probe(source, { limits: LIMITS })).rejects.toMatchObject({
        code: 'unsupported_codec',
        message: expect.stringContaining(`No profile of this instance accepts ${type}`),
      })
    }
  })

  it('does not open a file that hides another type than was verified', async () => {
    const processor = await startedFor('image/png')
    const source = await sourceFile('image/png', SVG)
    await expect(processor.probe(source, { limits: LIMITS })).rejects.toMatchObject({ code: 'unsupported_codec' })
  })

  it('again takes other types', async () => {
    const processor = await startedFor('image/png')
    expect(await opened(processor, 'image/png')).toEqual(['image/png'])
    await processor.start({ acceptedTypes: new Set(['image/gif']) })
    expect(await opened(processor, 'image/gif')).toEqual(['image/gif'])
  })
})

describe('stop', () => {
  it('waits for work under way', async () => {
    const processor = await startedFor('image/png')
    const source = await sourceFile('image/png', open(quadrants(2000, 1500)).png())
    const delivered: string[] = []
    const onOutcome = async ({ name }: VariantOutcome): Promise<void> => void delivered.push(name)
    const work = processor.process(
      await request(source, { a: PICTURE, b: image.fit(20, null, { format: 'png' }) }, { onOutcome }),
    )
    await processor.stop()
    expect(delivered.toSorted()).toEqual(['a', 'b'])
    await work
  })
})

describe('an accepted SVG', () => {
  it('is drawn, larger too', async () => {
    const processor = await startedFor('image/svg+xml')
    const source = await sourceFile('image/svg+xml', SVG)
    expect(await processor.probe(source, { limits: LIMITS })).toMatchObject({ width: 20, height: 10 })
    const large = await make(source, image.crop(200, 100, { format: 'png' }), processor)
    expect((await decode(large.path)).at(0.99, 0.99)).toEqual([255, 0, 0, 255])
  })

  it('shows no other file of the disk', async () => {
    const processor = await startedFor('image/svg+xml')
    const source = await sourceFile('image/svg+xml', SVG)
    const secret = join(dirname(source.path), 'secret.png')
    await writeFile(
      secret,
      await open(plain(10, 10, [255, 0, 0]))
        .png()
        .toBuffer(),
    )
    for (const href of ['secret.png', secret, `file://${secret}`]) {
      await writeFile(source.path, svgWithImage(href))
      const output = await make(source, PICTURE, processor)
      expect({ href, alpha: (await decode(output.path)).at(0.5, 0.5)[3] }).toEqual({ href, alpha: 0 })
    }
    const inline = `data:image/png;base64,${(await readFile(secret)).toString('base64')}`
    await writeFile(source.path, svgWithImage(inline))
    expect((await decode((await make(source, PICTURE, processor)).path)).at(0.5, 0.5)).toEqual([255, 0, 0, 255])
  })
})

function svgWithImage(href: string): string {
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="10" height="10">' +
    `<image xlink:href="${href}" width="10" height="10"/></svg>`
  )
}
