import { errorOf, outputOf } from '@rindle/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { image } from '../src/recipes/index.ts'
import { decode, expectColour } from './decoded.ts'
import { open, plain, QUADRANT_COLOURS, quadrants } from './pictures.ts'
import { applicationFile, make, outcomesOf, PROCESSOR, processorWith, sourceFile } from './workbench.ts'

const moduleOf = (code: string, name = 'stamp.ts'): Promise<URL> => applicationFile(name, code)

const STAMP = `
interface Options { readonly colour: string }
export default async (picture: any, { sharp, options, width, height }: { sharp: any; options: Options; width: number; height: number }) => {
  const input = await sharp({ create: { width: width / 2, height, channels: 4, background: options.colour } }).png().toBuffer()
  return picture.composite([{ input, left: 0, top: 0 }])
}
`

const photo = (): ReturnType<typeof sourceFile> => sourceFile('image/png', open(quadrants(200, 100)).png())

describe('a function of the application', () => {
  it('changes the picture that every other option has made, by its options', async () => {
    const module = await moduleOf(STAMP)
    const recipe = image.transform(module, { width: 100, flop: true, format: 'png', options: { colour: '#102030' } })
    const output = await make(await photo(), recipe)
    expect(output).toMatchObject({ width: 100, height: 50, contentType: 'image/png' })
    const picture = await decode(output.path)
    expectColour(picture.at(0.1, 0.1), [16, 32, 48], 0)
    expectColour(picture.at(0.9, 0.1), QUADRANT_COLOURS.topLeft, 0)
  })

  it('may give it another size, and change the pipeline that it got without returning it', async () => {
    const module = await moduleOf(
      'export default (picture) => { picture.extend({ top: 7, background: "#0000" }) }',
      'a.mjs',
    )
    const jpeg = await make(await photo(), image.transform(module, { mode: 'crop', width: 40, height: 40 }))
    expect(jpeg).toMatchObject({ width: 40, height: 47, contentType: 'image/jpeg' })
    expectColour((await decode(jpeg.path)).at(0.5, 0.02), [255, 255, 255])
    expect(await make(await photo(), image.transform(module))).toMatchObject({ width: 200, height: 107 })
  })

  it('may be compiled where its source is not', async () => {
    const compiled = await moduleOf('export default (picture) => picture.negate()', 'stamp.js')
    const recipe = image.transform(new URL(compiled.href.replace(/js$/, 'ts')), { width: 10 })
    expect(recipe.digest).toBe(image.transform(compiled, { width: 10 }).digest)
    const source = await sourceFile('image/png', open(plain(20, 20, [255, 255, 255])).png())
    expectColour((await decode((await make(source, recipe)).path)).at(0.5, 0.5), [0, 0, 0])
  })

  it('counts in the digest by its bytes and its options', async () => {
    const [one, same, other] = [await moduleOf(STAMP), await moduleOf(STAMP, 'b.ts'), await moduleOf(`${STAMP}\n`)]
    const digestOf = (module: URL, options = {}): string => image.transform(module, { width: 9, options }).digest
    expect(digestOf(one)).toBe(digestOf(same))
    expect(new Set([digestOf(one), digestOf(other), digestOf(one, { a: 1 })]).size).toBe(3)
    expect(image.transform(one, { width: 9 }).facts.workClass).toBe('image.transform')
  })

  it('that is missing is a problem of the profile, with its path', () => {
    expect(image.transform(new URL('file:///nowhere.ts'), { width: 9 }).problems).toMatchObject([
      { path: 'transform.file', message: expect.stringContaining('does not exist') },
    ])
  })

  it.each([
    ['throws', 'export default () => { throw new Error("No font") }', 'failed: No font'],
    ['rejects', 'export default async () => { throw new Error("No font") }', 'failed: No font'],
    ['cannot be loaded', 'import "no-such-package"; export default () => {}', 'no-such-package'],
    ['is no function', 'export default 5', 'its default export is no function'],
    ['returns no picture', 'export default () => 5', 'returned no sharp pipeline'],
    [
      'asks sharp for what it refuses',
      'export default (picture) => picture.composite([{ input: Buffer.from("x") }])',
      'failed: ',
    ],
    ['ends its process', 'export default () => process.exit(3)', 'exit code 3'],
    [
      'leaves an error to nobody',
      'export default () => new Promise(() => { setTimeout(() => { throw new Error("Late") }) })',
      'Late',
    ],
  ])('that %s fails its variant alone, and the processor goes on', async (_, code, message) => {
    const source = await photo()
    const outcomes = await outcomesOf(PROCESSOR, source, {
      stamped: image.transform(await moduleOf(code, 'stamp.mjs'), { width: 50 }),
      plain: image.fit(50),
    })
    expect(errorOf(outcomes.get('stamped'))).toMatchObject({
      code: 'processing_failed',
      message: expect.stringContaining(message),
    })
    expect(outputOf(outcomes.get('plain')).width).toBe(50)
    expect((await make(source, image.fit(20))).width).toBe(20)
  })

  it('that never ends is a timeout of its variant', async () => {
    const source = await photo()
    const processor = processorWith({ timeoutSeconds: 1 })
    const outcomes = await outcomesOf(processor, source, {
      stamped: image.transform(await moduleOf('export default () => { for (;;); }', 'stamp.mjs'), { width: 50 }),
    })
    expect(errorOf(outcomes.get('stamped'))).toMatchObject({ code: 'processing_timeout' })
    expect((await make(source, image.fit(20), processor)).width).toBe(20)
  })

  it('sees no secret of the application', async () => {
    process.env['RINDLE_TEST_SECRET'] = 'hidden'
    onTestFinished(() => {
      delete process.env['RINDLE_TEST_SECRET']
    })
    const module = await moduleOf(
      'export default () => { throw new Error(`<${process.env.RINDLE_TEST_SECRET}>`) }',
      'a.mjs',
    )
    const outcomes = await outcomesOf(processorWith({}), await photo(), {
      stamped: image.transform(module, { width: 9 }),
    })
    expect(errorOf(outcomes.get('stamped')).message).toContain('<undefined>')
  })
})
