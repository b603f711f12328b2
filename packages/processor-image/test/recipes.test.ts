import { readFileSync } from 'node:fs'
import { defineProfile, type JsonObject } from '@rindle/core'
import { readRecipe } from '@rindle/core/adapter'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IMAGE_FORMAT_FACTS } from '../src/recipes/formats.ts'
import { type EncodeOptions, IMAGE_FORMATS, type ImageOptions, image, imageKind } from '../src/recipes/index.ts'

interface Fixture {
  readonly recipe: JsonObject
  readonly form: JsonObject
  readonly digest: string
}

// Recipes of version 0.1.0, as it stored them: a changed digest would make every such variant stale.
const FIXTURES = JSON.parse(
  readFileSync(new URL('./digests-0.1.0.json', import.meta.url), 'utf8'),
) as readonly Fixture[]

/** As jsonb gives an object back: shorter keys first. */
function fromDatabase(form: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(form).toSorted(([a], [b]) => a.length - b.length || (a < b ? -1 : 1)))
}

function problemsOf(options: object): readonly { readonly path: string; readonly message: string }[] {
  return image.from(options as ImageOptions).problems
}

describe('a recipe of version 0.1.0', () => {
  it('keeps its digest', () => {
    expect(FIXTURES.length).toBeGreaterThan(50)
    for (const { recipe, form, digest } of FIXTURES) {
      const { kind: _, ...options } = recipe
      expect(image.from(options as unknown as ImageOptions)).toMatchObject({ form, digest, problems: [] })
    }
  })

  it('is read from its row, with the same digest', () => {
    for (const { form, digest } of FIXTURES) {
      expect(readRecipe([imageKind], fromDatabase(form))).toMatchObject({ recipe: { form, digest } })
    }
  })
})

describe('the recipes', () => {
  it('are the same by function and by one object', () => {
    expect(image.crop(10, 20, { format: 'webp', position: 'top' })).toEqual(
      image.from({ mode: 'crop', width: 10, height: 20, format: 'webp', position: 'top' }),
    )
    expect(image.fit(10)).toEqual(image.from({ mode: 'fit', width: 10 }))
    expect(image.fit(null, 10)).toEqual(image.from({ mode: 'fit', height: 10 }))
    expect(image.fit(10, 20, { quality: 5 })).toEqual(image.from({ mode: 'fit', width: 10, height: 20, quality: 5 }))
    expect(image.fill(10, null, { background: '#000' })).toEqual(
      image.from({ mode: 'fill', width: 10, background: '#000' }),
    )
  })

  it.each(IMAGE_FORMATS)(
    'of the format %s have its type, its defaults, and a class of work by their cost',
    (format) => {
      const { contentType, defaultQuality, defaultEffort } = IMAGE_FORMAT_FACTS[format]
      expect(image.fit(10, null, { format })).toMatchObject({
        makes: 'image',
        form: { format, quality: defaultQuality, effort: defaultEffort },
        facts: {
          contentType,
          sources: ['image'],
          queue: 'process',
          workClass: { avif: 'slow', gif: 'image.heavy' }[format as string] ?? 'fast',
          capability: `image/${format}`,
        },
      })
    },
  )

  it.each([
    ['#abc', '#aabbccff'],
    ['#ABC8', '#aabbcc88'],
    ['#A1b2C3', '#a1b2c3ff'],
    ['#A1B2C3D4', '#a1b2c3d4'],
  ])('write the colour %s as %s', (background, normal) => {
    expect(image.fill(10, null, { format: 'png', background }).form).toMatchObject({ background: normal })
  })

  it.each<[options: object, path: string, message: string]>([
    [{}, 'mode', 'is missing'],
    [{ mode: 'contain', width: 10 }, 'mode', '"fit"|"fill"|"crop"'],
    [{ mode: 'fit' }, 'width', 'is needed, or a height'],
    [{ mode: 'crop', height: 10 }, 'width', 'both width and height'],
    [{ mode: 'crop', width: 10 }, 'height', 'both width and height'],
    [{ mode: 'fit', width: 0 }, 'width', '>=1'],
    [{ mode: 'fit', width: 10.5 }, 'width', 'int'],
    [{ mode: 'fit', width: 16_384 }, 'width', '<=16383'],
    [{ mode: 'fit', width: '10' }, 'width', 'expected number'],
    [{ mode: 'fit', width: Number.NaN }, 'width', 'NaN'],
    [{ mode: 'fit', width: 10, format: 'jpg' }, 'format', '"jpeg"|"png"|"webp"|"avif"|"gif"|"tiff"|"source"'],
    [{ mode: 'fit', width: 10, quality: 101 }, 'quality', '<=100'],
    [{ mode: 'fit', width: 10, effort: 4 }, 'effort', 'is not an option of jpeg'],
    [{ mode: 'fit', width: 10, format: 'webp', effort: 7 }, 'effort', 'from 0 to 6 for webp'],
    [{ mode: 'fit', width: 10, position: 'top' }, 'position', 'only for mode crop'],
    [{ mode: 'crop', width: 10, height: 10, position: 'middle' }, 'position', '"centre"|"top"'],
    [{ mode: 'fit', width: 10, format: 'png', background: '#000' }, 'background', 'only for mode fill'],
    [{ mode: 'fill', width: 10, background: 'white' }, 'background', '"#rgb", "#rgba"'],
    [{ mode: 'fill', width: 10, background: '#fff0' }, 'background', 'opaque for jpeg'],
    [{ mode: 'fit', width: 10, keepIcc: 'yes' }, 'keepIcc', 'expected boolean'],
    [{ mode: 'fit', width: 10, animated: true }, 'animated', 'only for format webp, gif or source, not for jpeg'],
    [{ mode: 'fit', width: 10, format: 'gif', quality: 80 }, 'quality', 'is not an option of gif'],
    [{ mode: 'fit', width: 10, format: 'gif', effort: 0 }, 'effort', 'from 1 to 10 for gif'],
    [{ mode: 'fit', width: 10, format: 'source', effort: 4 }, 'effort', 'is not an option of source'],
    [{ mode: 'crop', width: 10, height: 10, enlarge: true }, 'enlarge', 'a crop always fills its box'],
    [{ mode: 'fit', width: 10, rotate: 361 }, 'rotate', '<=360'],
    [{ mode: 'fit', width: 10, trim: -1 }, 'trim', '>=0'],
    [{ mode: 'fit', width: 10, blur: 0.1 }, 'blur', '>=0.3'],
    [{ mode: 'fit', width: 10, sharpen: 11 }, 'sharpen', '<=10'],
    [{ mode: 'fit', width: 10, tint: '#f008' }, 'tint', 'opaque'],
    [{ mode: 'fit', width: 10, tint: '#f00', grayscale: true }, 'grayscale', 'one hue already'],
    [{ mode: 'fit', width: 10, radius: 'round' }, 'radius', 'circle'],
    [{ mode: 'fit', width: 10, format: 'webp', progressive: true }, 'progressive', 'jpeg, png or gif'],
    [{ mode: 'fit', width: 10, format: 'webp', chroma: '4:4:4' }, 'chroma', 'jpeg or avif'],
    [{ mode: 'fit', width: 10, lossless: true }, 'lossless', 'webp or avif'],
    [{ mode: 'fit', width: 10, format: 'webp', lossless: true, quality: 50 }, 'quality', 'no meaning'],
    [{ mode: 'fit', width: 10, format: 'webp', lossless: true, maxBytes: 5 }, 'maxBytes', 'not with lossless'],
    [{ mode: 'fit', width: 10, format: 'avif', lossless: true, chroma: '4:2:0' }, 'chroma', '4:4:4'],
    [{ mode: 'fit', width: 10, format: 'png', maxBytes: 5 }, 'maxBytes', 'jpeg, webp or avif'],
    [{ mode: 'fit', width: 10, format: 'gif', metadata: 'copyright' }, 'metadata', 'none for gif'],
    [{ mode: 'fit', width: 10, format: 'gif', colourSpace: 'p3' }, 'colourSpace', 'srgb for gif'],
    [{ mode: 'fit', width: 10, colourSpace: 'p3', keepIcc: true }, 'colourSpace', 'when keepIcc'],
    [{ mode: 'fit', width: 10, colourSpace: 'p3', tint: '#f00' }, 'tint', 'not for p3'],
    [{ mode: 'fit', width: 10, keepIcc: true, rotate: 5 }, 'rotate', 'quarter turn'],
    [{ mode: 'fit', width: 10, keepIcc: true, radius: 5 }, 'radius', 'not with keepIcc'],
    [{ mode: 'fit', width: 10, format: 'gif', animated: true, rotate: 90 }, 'rotate', 'only for stills'],
    [{ mode: 'fit', width: 10, format: 'webp', animated: true, blur: 2 }, 'blur', 'only for stills'],
    [{ mode: 'fit', width: 10, overlay: {} }, 'overlay.file', 'is missing'],
    [{ mode: 'fit', width: 10, overlay: { file: 5 } }, 'overlay.file', 'file: URL'],
    [{ mode: 'fit', width: 10, overlay: { file: '/x', sha256: 'X' } }, 'overlay.sha256', '64 lower-case hex digits'],
    [{ mode: 'fit', width: 10, overlay: { sha256: 'a'.repeat(64), opacity: 2 } }, 'overlay.opacity', '<=1'],
    [
      { mode: 'fit', width: 10, overlay: { sha256: 'a'.repeat(64), place: 'middle' } },
      'overlay.place',
      '"centre"|"top"',
    ],
    [{ mode: 'fit', width: 10, overlay: { sha256: 'a'.repeat(64), size: 2 } }, 'overlay.size', 'is not an option'],
    [{ mode: 'fit', enlarge: true, transform: { sha256: 'a'.repeat(64) } }, 'width', 'or a height'],
    [
      { mode: 'crop', width: 10, height: 10, format: 'webp', animated: true, position: 'entropy' },
      'position',
      'must be a place',
    ],
    [{ mode: 'fit', width: 10, qualtiy: 80 }, 'qualtiy', 'is not an option'],
  ])('refuse %j at %s, and say why', (options, path, message) => {
    expect(problemsOf(options)).toEqual([{ path, message: expect.stringContaining(message) }])
  })

  it('throw nothing for options that are null', () => {
    const module = new URL(import.meta.url)
    expect(image.transform(module, null as never)).toEqual(image.transform(module))
  })

  it('tell a profile every problem, with the path of the variant', () => {
    const wrong = { mode: 'crop', format: 'webp', effort: 9, width: 3 } as unknown as ImageOptions
    const make = (): unknown =>
      defineProfile({
        storage: 'main',
        accept: { types: ['image/*'], maxBytes: 1 },
        variants: { thumb: image.from(wrong), wide: image.fit(1e6), bare: { mode: 'fit', width: 1 } as never },
      })
    expect(make).toThrow(/variants\.bare: must be made by a recipe function/)
    const valid = (): unknown =>
      defineProfile({
        storage: 'main',
        accept: { types: ['image/*'], maxBytes: 1 },
        variants: { thumb: image.from(wrong), wide: image.fit(1e6) },
      })
    expect(valid).toThrow(/variants\.thumb\.height: .*\n.*variants\.thumb\.effort: .*\n.*variants\.wide\.width: /)
  })

  it('leave younger options out of the form at their defaults, and read them back at others', () => {
    const defaults = { rotate: 0, trim: false, radius: 0, metadata: 'none', colourSpace: 'srgb', flip: false } as const
    expect(image.fit(10, null, defaults)).toEqual(image.fit(10))
    expect(image.fit(10, null, { rotate: -360 }).digest).toBe(image.fit(10).digest)
    const rich = image.crop(10, 10, {
      rotate: -90,
      trim: true,
      sharpen: 1.5,
      tint: '#F80',
      radius: 'circle',
      maxBytes: 9_000,
    })
    expect(rich.form).toMatchObject({
      rotate: 270,
      trim: 10,
      sharpen: 1.5,
      tint: '#ff8800ff',
      radius: 'circle',
      maxBytes: 9_000,
    })
    expect(readRecipe([imageKind], fromDatabase(rich.form))).toMatchObject({
      recipe: { digest: rich.digest, problems: [] },
    })
    const stored = image.fit(10, null, { overlay: { file: '/nowhere', sha256: 'a'.repeat(64) }, format: 'source' })
    expect(readRecipe([imageKind], fromDatabase(stored.form))).toMatchObject({
      recipe: { digest: stored.digest, problems: [] },
    })
  })

  it('do not compile with options of another mode, and are refused all the same', () => {
    const made = [
      // @ts-expect-error A crop always fills its box.
      image.crop(10, 10, { enlarge: true }),
      // @ts-expect-error Only a crop has a position.
      image.fit(10, 10, { position: 'top' }),
      // @ts-expect-error Only a crop has a position.
      image.from({ mode: 'fit', width: 10, position: 'top' }),
      // @ts-expect-error An overlay is a file.
      image.fit(10, null, { overlay: { place: 'top' } }),
      // @ts-expect-error The function and its options have one form.
      image.fit(10, null, { transform: { file: '/x' } }),
    ]
    expect(made.map(({ problems }) => problems.length > 0)).toEqual([true, true, true, true, true])
  })

  it('have classes of work by what they cost', () => {
    const classOf = (options: EncodeOptions): string => image.fit(10, null, options).facts.workClass
    expect(classOf({ format: 'webp', lossless: true })).toBe('image.heavy')
    expect(classOf({ format: 'webp', maxBytes: 9_000 })).toBe('image.heavy')
    expect(classOf({ format: 'jpeg', maxBytes: 9_000 })).toBe('fast')
    expect(classOf({ format: 'avif', lossless: true })).toBe('slow')
    expect(classOf({ format: 'source' })).toBe('fast')
  })

  it('accept or refuse anything without throwing', () => {
    const keys = fc.constantFrom(
      'mode',
      'width',
      'height',
      'format',
      'effort',
      'background',
      'animated',
      'position',
      'rotate',
      'overlay',
      'radius',
      'transform',
    )
    const values = fc.oneof(
      fc.constantFrom<unknown>('fit', 'crop', 'webp', 'source', 10, -90, true, '#fff', {}, { file: '' }, undefined),
      fc.anything(),
    )
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(keys, values)), (given) => {
        const { problems, form, digest } = imageKind(given as ImageOptions)
        if (problems.length > 0) return
        expect(readRecipe([imageKind], JSON.parse(JSON.stringify(form)) as JsonObject)).toMatchObject({
          recipe: { digest },
        })
      }),
      { numRuns: 1_000 },
    )
  })
})
