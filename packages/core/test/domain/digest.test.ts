import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, RECIPE_FORMAT_VERSION, recipeDigest } from '../../src/domain/digest.ts'
import type { Json } from '../../src/domain/errors.ts'
import { IMAGE_FORMAT_FACTS, IMAGE_FORMATS } from '../../src/domain/image-formats.ts'
import { normalizeRecipe, type Recipe } from '../../src/domain/recipes.ts'

const json = fc.jsonValue() as fc.Arbitrary<Json>

describe('canonicalJson', () => {
  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('does not depend on the order of keys, at any depth', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value))
      }),
    )
  })

  it('keeps the order of arrays, and writes no spaces', () => {
    expect(canonicalJson({ b: [2, 1, { z: null, a: 'ä"\n' }], a: true })).toBe(
      '{"a":true,"b":[2,1,{"a":"ä\\"\\n","z":null}]}',
    )
  })

  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['undefined', undefined],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
  ])('refuses %s at any depth', (_, value) => {
    for (const holder of [value, [value], { key: value }, { deep: [{ key: value }] }]) {
      expect(() => canonicalJson(holder as Json)).toThrow('no canonical JSON')
    }
  })
})

// Pinned, and computed by another program: a changed digest makes every existing variant of its recipe stale in every
// installation.
const GOLDEN: readonly (readonly [Recipe, string])[] = [
  [{ mode: 'fit', width: 480 }, 'c1d482bb32bcb3b9f6b4dca207d9bc898bdd5aa3876fdc431c65b323c203c96b'],
  [
    { mode: 'crop', width: 160, height: 160, format: 'webp', position: 'attention' },
    '02a5708513ec828168476ea49157265c80884d3f88c5420f5c780a9cafe4e809',
  ],
  [
    { mode: 'fill', width: 800, height: 600, format: 'png', background: '#0000' },
    'b78a6dae14d617b62572ba069925bc675d0d32c03fd6180620aeebaf616cc9ba',
  ],
  [{ mode: 'fit', width: 1200, format: 'avif' }, 'e4a377fe6c8d043c4131cdfc0f92ddd0ee5f4325f97eae31f93e241a0682cebe'],
  [{ kind: 'image', preset: 'video_poster_scene' }, '4380808154707f4f39714947df4789ccffcfe3c368135c2d5207f5967d11124b'],
  [
    { kind: 'image', preset: 'video_thumbnail_strip' },
    'd84be6535ac8fe1fbbecf0292f1f6844d80959ee6d49d2efb1756ca87d91e51e',
  ],
  [{ kind: 'video', preset: 'web_720p' }, '03acab37baeba11ebba2d3b67caa3f4031619d600c6367deada8a3bcdd9c81ad'],
  [{ kind: 'video', preset: 'web_480p' }, '75cfc397563d5bd612984edec59f0308d7be3187b63a2f3def597575ea0ff07d'],
  [{ kind: 'audio', preset: 'm4a_128k' }, '0819acb9e12d26374f28e65a4c01e083ef9d55b480d0a108ccf53c3d96a07952'],
  [
    { kind: 'audio', preset: 'mp3_128k', channels: 1, normalize: true, twoPass: true },
    '9fd65ac9d50ac889d5356dfb3a3760dbf6faf8ba955d518bf06a4597c33344f5',
  ],
  [{ kind: 'waveform', preset: 'overview' }, '36dec91321db839ac6c4a09844cbe2a3d775d5b0b8aa2b8b43d217b05840ab1b'],
]

describe('recipeDigest', () => {
  it.each(GOLDEN)('of %j never changes', (recipe, digest) => {
    expect(recipeDigest(normalizeRecipe(recipe))).toBe(digest)
  })

  it('is the SHA-256 of version and recipe', () => {
    const recipe = normalizeRecipe({ kind: 'waveform', preset: 'overview' })
    const text = '{"recipe":{"kind":"waveform","preset":"overview"},"v":1}'
    expect(RECIPE_FORMAT_VERSION).toBe(1)
    expect(recipeDigest(recipe)).toBe(createHash('sha256').update(text).digest('hex'))
  })

  it('is the same for defaults left out and written out, in any order', () => {
    for (const format of IMAGE_FORMATS) {
      const { defaultQuality, defaultEffort, maxEffort } = IMAGE_FORMAT_FACTS[format]
      const brief: Recipe = { mode: 'crop', width: 100, height: 80, format }
      const explicit: Recipe = {
        animated: false,
        keepIcc: false,
        position: 'centre',
        ...(maxEffort > 0 ? { effort: defaultEffort } : {}),
        quality: defaultQuality,
        format,
        height: 80,
        width: 100,
        mode: 'crop',
        kind: 'image',
      }
      expect(recipeDigest(normalizeRecipe(explicit))).toBe(recipeDigest(normalizeRecipe(brief)))
    }
    expect(recipeDigest(normalizeRecipe({ faststart: true, preset: 'web_720p', kind: 'video' }))).toBe(
      recipeDigest(normalizeRecipe({ kind: 'video', preset: 'web_720p' })),
    )
  })

  it('is the same for every spelling of a colour', () => {
    const digests = ['#fff', '#FFFF', '#ffffff', '#FFFFFFFF', undefined].map((background) =>
      recipeDigest(normalizeRecipe({ mode: 'fill', width: 10, background })),
    )
    expect(new Set(digests).size).toBe(1)
  })

  it('differs when any option differs', () => {
    const base = { mode: 'crop', width: 100, height: 80, format: 'webp' } as const
    const recipes: readonly Recipe[] = [
      base,
      { ...base, mode: 'fill' },
      { ...base, width: 101 },
      { ...base, height: 81 },
      { ...base, format: 'png' },
      { ...base, quality: 81 },
      { ...base, effort: 5 },
      { ...base, position: 'top' },
      { ...base, mode: 'fill', background: '#000' },
      { ...base, keepIcc: true },
      { ...base, animated: true },
      ...GOLDEN.map(([recipe]) => recipe),
    ]
    expect(new Set(recipes.map((recipe) => recipeDigest(normalizeRecipe(recipe)))).size).toBe(recipes.length)
  })
})

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => reversed(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, entry]) => [key, reversed(entry)]),
  )
}
