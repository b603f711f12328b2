import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { targetOf } from '../src/geometry.ts'
import { formatFor } from '../src/output-format.ts'
import type { FormattedImage } from '../src/recipes/image-options.ts'
import type { ImageOptions } from '../src/recipes/index.ts'
import { normalImage } from './workbench.ts'

const side = fc.integer({ min: 1, max: 16_383 })
const size = fc.record({ width: side, height: side })

function image(recipe: ImageOptions): FormattedImage {
  return formatFor(normalImage(recipe), { contentType: 'image/jpeg', hasAlpha: false })
}

describe('fit', () => {
  it('stays inside its box, never enlarges, and keeps the aspect ratio to the rounding of a pixel', () => {
    fc.assert(
      fc.property(size, size, (source, box) => {
        const { output, picture, scale } = targetOf(image({ mode: 'fit', ...box }), source)
        expect(picture).toEqual(output)
        expect(scale).toBeLessThanOrEqual(1)
        expect(output.width).toBeLessThanOrEqual(Math.min(box.width, source.width))
        expect(output.height).toBeLessThanOrEqual(Math.min(box.height, source.height))
        expect(Math.abs(output.width - Math.max(1, source.width * scale))).toBeLessThanOrEqual(0.5)
        expect(Math.abs(output.height - Math.max(1, source.height * scale))).toBeLessThanOrEqual(0.5)
      }),
    )
  })

  it('touches its box on one side at least, unless the picture is smaller', () => {
    fc.assert(
      fc.property(size, size, (source, box) => {
        const { output } = targetOf(image({ mode: 'fit', ...box }), source)
        const isSmaller = source.width <= box.width && source.height <= box.height
        if (isSmaller) expect(output).toEqual(source)
        else expect(output.width === box.width || output.height === box.height).toBe(true)
      }),
    )
  })

  it('takes one side alone, and lets the other follow', () => {
    expect(targetOf(image({ mode: 'fit', width: 100 }), { width: 400, height: 300 }).output).toEqual({
      width: 100,
      height: 75,
    })
    expect(targetOf(image({ mode: 'fit', height: 100 }), { width: 400, height: 50 }).output).toEqual({
      width: 400,
      height: 50,
    })
  })

  it('ends an open side where the format does', () => {
    const strip = { width: 30, height: 60_000 }
    const recipe = { mode: 'fit', width: 1000 } as const
    expect(targetOf(image({ ...recipe, format: 'webp' }), strip).output).toEqual({ width: 8, height: 16_383 })
    expect(targetOf(image({ ...recipe, format: 'jpeg' }), strip).output).toEqual(strip)
  })
})

describe('fill', () => {
  it('has exactly the sides that were given, around a picture that was fitted', () => {
    fc.assert(
      fc.property(size, size, (source, box) => {
        const { output, picture } = targetOf(image({ mode: 'fill', ...box }), source)
        expect(output).toEqual(box)
        expect(picture).toEqual(targetOf(image({ mode: 'fit', ...box }), source).output)
      }),
    )
  })

  it('pads along the one side that was given, and lets the other follow', () => {
    expect(targetOf(image({ mode: 'fill', width: 500 }), { width: 400, height: 300 })).toEqual({
      scale: 1,
      picture: { width: 400, height: 300 },
      output: { width: 500, height: 300 },
    })
  })
})

describe('crop', () => {
  it('has exactly the size of its box, and a picture that covers it and touches it on one side', () => {
    fc.assert(
      fc.property(size, size, (source, box) => {
        const { output, picture } = targetOf(image({ mode: 'crop', ...box }), source)
        expect(output).toEqual(box)
        expect(picture.width).toBeGreaterThanOrEqual(box.width)
        expect(picture.height).toBeGreaterThanOrEqual(box.height)
        expect(picture.width === box.width || picture.height === box.height).toBe(true)
      }),
    )
  })

  it('enlarges a picture that is smaller than its box', () => {
    expect(targetOf(image({ mode: 'crop', width: 100, height: 100 }), { width: 20, height: 10 })).toEqual({
      scale: 10,
      picture: { width: 200, height: 100 },
      output: { width: 100, height: 100 },
    })
  })
})
