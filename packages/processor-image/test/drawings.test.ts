import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { image } from '../src/recipes/index.ts'
import { decode } from './decoded.ts'
import { LIMITS, make, PROCESSOR, sourceFile } from './workbench.ts'

const svg = (attributes: string, content = '<rect width="100%" height="100%" fill="#f00"/>'): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${content}</svg>`
const file = (text: string | Buffer) => sourceFile('image/svg+xml', text)
const packed = (text: string | Buffer) => sourceFile('image/svg+xml-compressed', gzipSync(text))

describe('a drawing', () => {
  it.each([
    ['pixels', 'width="20" height="10"', [20, 10]],
    ['pixels by name', 'width="21px" height="11px"', [21, 11]],
    ['its view box', 'viewBox="0 0 30 40"', [30, 40]],
    ['a width and its view box', 'width="60" viewBox="0 0 30 40"', [60, 80]],
    ['an inch', 'width="1in" height="2in"', [96, 192]],
    ['points', 'width="72pt" height="36pt"', [96, 48]],
    ['picas', 'width="6pc" height="12pc"', [96, 192]],
    ['millimetres', 'width="210mm" height="297mm"', [794, 1123]],
    ['centimetres', 'width="2.54cm" viewBox="0 0 30 40"', [96, 128]],
    ['font sizes', 'width="10em" height="5em"', [120, 60]],
  ] as const)('has the size that browsers show it in: %s', async (_name, attributes, [width, height]) => {
    const source = await file(svg(attributes))
    expect(await PROCESSOR.probe(source, { limits: LIMITS })).toMatchObject({ width, height })
    expect(await make(source, image.fit(10_000, 10_000, { format: 'png' }))).toMatchObject({
      width,
      height,
    })
  })

  it('has inches of 96 within it, too', async () => {
    const inch = '<rect width="1in" height="1in" fill="#f00"/>'
    const { path } = await make(
      await file(svg('width="192" height="192"', inch)),
      image.fit(192, null, { format: 'png' }),
    )
    const picture = await decode(path)
    expect(picture.at(0.49, 0.49)).toEqual([255, 0, 0, 255])
    expect(picture.at(0.51, 0.51)[3]).toBe(0)
  })

  it('of no inches is sharp up to its edge, in every size', async () => {
    const source = await file(svg('width="20" height="10"'))
    for (const width of [7, 20, 200]) {
      const { path } = await make(source, image.crop(width, width, { format: 'png' }))
      const picture = await decode(path)
      expect(picture.at(0, 0)).toEqual([255, 0, 0, 255])
      expect(picture.at(0.999, 0.999)).toEqual([255, 0, 0, 255])
    }
  })
})

describe('a compressed drawing', () => {
  it('is unpacked and drawn', async () => {
    const source = await packed(svg('width="1in" height="1in"'))
    expect(await PROCESSOR.probe(source, { limits: LIMITS })).toMatchObject({ width: 96, height: 96, kind: 'image' })
    const { path } = await make(source, image.crop(200, 200, { format: 'png' }))
    expect((await decode(path)).at(0.5, 0.5)).toEqual([255, 0, 0, 255])
  })

  it('shows no file that it refers to', async () => {
    const { path } = await sourceFile('image/svg+xml', svg('width="10" height="10"'))
    const source = await packed(svg('width="10" height="10"', `<image href="file://${path}" width="10" height="10"/>`))
    const { path: made } = await make(source, image.fit(10, null, { format: 'png' }))
    expect((await decode(made)).at(0.5, 0.5)[3] ?? 0).toBe(0)
  })

  it('that would unpack to more than is drawn is limit_exceeded, and is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(33 * 1024 * 1024, 0x20))
    expect(bomb.byteLength).toBeLessThan(64 * 1024)
    const source = await sourceFile('image/svg+xml-compressed', bomb)
    await expect(PROCESSOR.probe(source, { limits: LIMITS })).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: 'The compressed SVG unpacks to more than 32 MiB, the limit.',
    })
  })

  it('that is cut off is corrupt_media, and one that holds no drawing is refused', async () => {
    const whole = gzipSync(svg('width="10" height="10"'))
    const cut = await sourceFile('image/svg+xml-compressed', whole.subarray(0, -9))
    await expect(PROCESSOR.probe(cut, { limits: LIMITS })).rejects.toMatchObject({
      code: 'corrupt_media',
      message: 'The compressed SVG is cut off or damaged. Upload it again.',
    })
    await expect(PROCESSOR.probe(await packed('just text'), { limits: LIMITS })).rejects.toMatchObject({
      code: 'unsupported_codec',
    })
  })
})
