import { describe, expect, it } from 'vitest'
import { image } from '../src/recipes/index.ts'
import { decode, expectUpright } from './decoded.ts'
import { open, quadrants, storedFor } from './pictures.ts'
import { LIMITS, make, outcomesOf, PROCESSOR, sourceFile } from './workbench.ts'

const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8]
const DISPLAYED = quadrants(160, 80)

describe.each(ORIENTATIONS)('EXIF orientation %i', (orientation) => {
  const stored = () => open(storedFor(DISPLAYED, orientation)).withMetadata({ orientation })

  it.each([
    ['image/jpeg', () => stored().jpeg()],
    ['image/png', () => stored().png()],
    ['image/webp', () => stored().webp()],
    ['image/avif', () => stored().avif({ effort: 0 })],
    ['image/tiff', () => stored().tiff()],
  ] as const)('of %s is applied to the dimensions of the probe and to the pixels', async (contentType, encode) => {
    const source = await sourceFile(contentType, encode())
    expect(await PROCESSOR.probe(source, { limits: LIMITS })).toMatchObject({ width: 160, height: 80 })
    const output = await make(source, image.fit(100, null, { format: 'png' }))
    const picture = await decode(output.path)
    expect(picture).toMatchObject({ width: 100, height: 50 })
    expectUpright(picture)
  })

  it('is applied in every mode, on both sides of the decode', async () => {
    const source = await sourceFile('image/jpeg', stored().withIccProfile('p3').jpeg())
    const png = { format: 'png' } as const
    const outcomes = await outcomesOf(PROCESSOR, source, {
      crop: image.crop(64, 64, png),
      entropy: image.crop(64, 64, { ...png, position: 'entropy' }),
      kept: image.fit(64, null, { keepIcc: true, format: 'png' }),
      filled: image.fill(64, 64, png),
    })
    for (const [name, outcome] of outcomes) {
      if ('error' in outcome) throw outcome.error
      const picture = await decode(outcome.output.path)
      // Wherever entropy finds its square, it is as high as the picture.
      const [top, bottom] = [picture.at(0.05, name === 'filled' ? 0.35 : 0.2), picture.at(0.05, 0.65)]
      expect({ name, isRed: (top[0] ?? 0) > 150, isBlue: (bottom[2] ?? 0) > 150 }).toEqual({
        name,
        isRed: true,
        isBlue: true,
      })
    }
  })
})
