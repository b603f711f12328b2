import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { IMAGE_FORMAT_FACTS, IMAGE_FORMATS } from '../../src/domain/image-formats.ts'
import {
  AUDIO_PRESETS,
  AV_IMAGE_PRESETS,
  CROP_POSITIONS,
  IMAGE_MODES,
  VIDEO_PRESETS,
} from '../../src/domain/recipe-options.ts'
import { normalizeRecipe, type Recipe, recipeSchema } from '../../src/domain/recipes.ts'

interface Refusal {
  readonly at: string
  readonly message: string
}

function refusals(recipe: unknown): readonly Refusal[] {
  const issues = recipeSchema.safeParse(recipe).error?.issues ?? []
  return issues.map(({ path, message }) => ({ at: path.join('.'), message }))
}

describe('recipeSchema', () => {
  it.each<Recipe>([
    { mode: 'fit', width: 1 },
    { mode: 'fit', height: 16_383 },
    { kind: 'image', mode: 'fill', width: 10, height: 10, format: 'png', background: '#0008' },
    { mode: 'fit', width: 10, background: '#FFF' },
    { mode: 'crop', width: 10, height: 10, position: 'attention' },
    { mode: 'crop', width: 10, height: 10, format: 'webp', animated: true, position: 'top' },
    { mode: 'fit', width: 10, format: 'avif', quality: 1, effort: 9, keepIcc: true },
    { mode: 'fit', width: 10, height: undefined, format: undefined, animated: false },
    { kind: 'image', preset: 'video_poster_scene' },
    { kind: 'video', preset: 'web_720p', faststart: false },
    { kind: 'audio', preset: 'mp3_128k', channels: 2, normalize: true, twoPass: true },
    { kind: 'audio', preset: 'm4a_128k', twoPass: false },
    { kind: 'waveform', preset: 'overview' },
  ])('accepts %j and changes nothing in it', (recipe) => {
    expect(recipeSchema.parse(recipe)).toEqual(recipe)
  })

  it.each<[recipe: unknown, at: string, allowed: string]>([
    [undefined, '', 'an object with kind, mode'],
    ['thumb', '', 'an object with kind, mode'],
    [null, '', 'an object with kind, mode'],
    [{}, 'mode', '"fit" or "fill" or "crop"'],
    [{ mode: 'contain', width: 10 }, 'mode', '"fit" or "fill" or "crop"'],
    [{ kind: 'gif', mode: 'fit', width: 10 }, 'kind', '"image" or "video" or "audio" or "waveform"'],
    [{ kind: 'toString' }, 'kind', '"image" or "video" or "audio" or "waveform"'],
    [{ kind: 1 }, 'kind', '"image" or "video" or "audio" or "waveform"'],
    [{ preset: 'web_720p' }, 'kind', '"image" or "video" or "audio" or "waveform"'],
    [{ mode: 'fit' }, 'width', 'width or height is needed'],
    [{ mode: 'fill' }, 'width', 'width or height is needed'],
    [{ mode: 'crop', height: 10 }, 'width', 'both width and height'],
    [{ mode: 'crop', width: 10 }, 'height', 'both width and height'],
    [{ mode: 'fit', width: 0 }, 'width', 'an integer from 1 to 16383'],
    [{ mode: 'fit', width: -1 }, 'width', 'an integer from 1 to 16383'],
    [{ mode: 'fit', width: 10.5 }, 'width', 'an integer from 1 to 16383'],
    [{ mode: 'fit', width: 16_384 }, 'width', 'an integer from 1 to 16383'],
    [{ mode: 'fit', width: '10' }, 'width', 'an integer from 1 to 16383'],
    [{ mode: 'fit', width: null }, 'width', 'an integer from 1 to 16383'],
    [{ mode: 'fit', width: Number.NaN }, 'width', 'an integer from 1 to 16383'],
    [{ mode: 'fit', height: Number.POSITIVE_INFINITY }, 'height', 'an integer from 1 to 16383'],
    [{ mode: 'fit', width: 10, format: 'gif' }, 'format', '"jpeg" or "png" or "webp" or "avif"'],
    [{ mode: 'fit', width: 10, quality: 0 }, 'quality', 'an integer from 1 to 100'],
    [{ mode: 'fit', width: 10, quality: 101 }, 'quality', 'an integer from 1 to 100'],
    [{ mode: 'fit', width: 10, effort: 4 }, 'effort', 'not an option of jpeg'],
    [{ mode: 'fit', width: 10, format: 'webp', effort: 7 }, 'effort', 'from 0 to 6 for webp'],
    [{ mode: 'fit', width: 10, format: 'webp', effort: 1.5 }, 'effort', 'from 0 to 6 for webp'],
    [{ mode: 'fit', width: 10, format: 'png', effort: 10 }, 'effort', 'from 0 to 9 for png'],
    [{ mode: 'fit', width: 10, format: 'avif', effort: -1 }, 'effort', 'from 0 to 9 for avif'],
    [{ mode: 'fit', width: 10, format: 'avif', effort: 'best' }, 'effort', 'must be an integer'],
    [{ mode: 'fit', width: 10, position: 'top' }, 'position', 'only for mode crop'],
    [{ mode: 'crop', width: 10, height: 10, position: 'middle' }, 'position', '"centre" or "top"'],
    [{ mode: 'fit', width: 10, format: 'png', background: '#fff' }, 'background', 'only for mode fill'],
    [{ mode: 'fill', width: 10, background: 'white' }, 'background', '"#rgb", "#rgba"'],
    [{ mode: 'fill', width: 10, background: '#12345' }, 'background', '"#rgb", "#rgba"'],
    [{ mode: 'fill', width: 10, background: '#ffffff80' }, 'background', 'opaque for jpeg'],
    [{ mode: 'fill', width: 10, background: '#fff0' }, 'background', 'opaque for jpeg'],
    [{ mode: 'fit', width: 10, keepIcc: 'yes' }, 'keepIcc', 'true or false'],
    [{ mode: 'fit', width: 10, animated: true }, 'animated', 'only for format webp'],
    [{ mode: 'fit', width: 10, format: 'png', animated: true }, 'animated', 'only for format webp'],
    [{ mode: 'fit', width: 10, format: 'webp', animated: 1 }, 'animated', 'true or false'],
    [
      { mode: 'crop', width: 10, height: 10, format: 'webp', animated: true, position: 'entropy' },
      'position',
      'must be a place',
    ],
    [{ kind: 'image', preset: 'web_720p' }, 'preset', '"video_poster_scene" or "video_thumbnail_strip"'],
    [{ kind: 'video' }, 'preset', '"web_720p" or "web_480p"'],
    [{ kind: 'video', preset: 'web_4k' }, 'preset', '"web_720p" or "web_480p"'],
    [{ kind: 'video', preset: 'web_720p', faststart: 1 }, 'faststart', 'true or false'],
    [{ kind: 'audio', preset: 'flac' }, 'preset', '"m4a_128k" or "mp3_128k"'],
    [{ kind: 'audio', preset: 'm4a_128k', channels: 6 }, 'channels', '1 or 2'],
    [{ kind: 'audio', preset: 'm4a_128k', normalize: 'yes' }, 'normalize', 'true or false'],
    [{ kind: 'audio', preset: 'm4a_128k', twoPass: true }, 'twoPass', 'needs normalize: true'],
    [{ kind: 'audio', preset: 'm4a_128k', twoPass: true, normalize: false }, 'twoPass', 'needs normalize: true'],
    [{ kind: 'waveform', preset: 'detail' }, 'preset', '"overview"'],
  ])('refuses %j at %s, and names the option and the allowed values', (recipe, at, allowed) => {
    const [refusal, ...others] = refusals(recipe)
    expect(others).toEqual([])
    expect(refusal?.at).toBe(at)
    expect(refusal?.message).toContain(at)
    expect(refusal?.message).toContain(allowed)
  })

  it.each<[recipe: object, takes: string]>([
    [{ mode: 'fit', width: 10 }, 'an image recipe, which takes kind, mode, width'],
    [{ kind: 'image', preset: 'video_poster_scene' }, 'an image recipe with a preset, which takes kind, preset'],
    [{ kind: 'video', preset: 'web_720p' }, 'a video recipe, which takes kind, preset, faststart'],
    [{ kind: 'audio', preset: 'm4a_128k' }, 'an audio recipe, which takes kind, preset, channels, normalize, twoPass'],
    [{ kind: 'waveform', preset: 'overview' }, 'a waveform recipe, which takes kind, preset'],
  ])('refuses options that %j does not have', (recipe, takes) => {
    expect(refusals({ ...recipe, qualtiy: 80, extra: 1 })).toEqual([
      { at: '', message: expect.stringContaining(`qualtiy, extra: not an option of ${takes}`) },
    ])
  })

  it('reports every problem at once, with its path in the parent', () => {
    const profile = z.strictObject({ variants: z.record(z.string(), recipeSchema) })
    const parsed = profile.safeParse({
      variants: {
        thumb: { mode: 'fit', format: 'webp', effort: 9, position: 'top', background: '#fff' },
        clip: { kind: 'video', preset: 'web_4k' },
      },
    })
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual([
      'variants.thumb.width',
      'variants.thumb.effort',
      'variants.thumb.position',
      'variants.thumb.background',
      'variants.clip.preset',
    ])
  })

  it('accepts or refuses any value without throwing', () => {
    const keys = fc.constantFrom(
      'kind',
      'mode',
      'preset',
      'width',
      'height',
      'format',
      'effort',
      'background',
      'animated',
    )
    const values = fc.oneof(
      fc.constantFrom<unknown>('image', 'video', 'fit', 'crop', 'webp', 'web_720p', 10, true, '#fff', undefined),
      fc.anything(),
    )
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(keys, values)), (recipe) => {
        const parsed = recipeSchema.safeParse(recipe)
        if (parsed.success) expect(normalizeRecipe(parsed.data)).toBeDefined()
        else expect(parsed.error.issues.every(({ message }) => message.length > 10)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('normalizeRecipe', () => {
  it('fills in every default of an image', () => {
    expect(normalizeRecipe({ mode: 'fit', width: 480 })).toEqual({
      kind: 'image',
      mode: 'fit',
      width: 480,
      height: null,
      format: 'jpeg',
      quality: 80,
      effort: 0,
      position: 'centre',
      background: '#ffffffff',
      keepIcc: false,
      animated: false,
    })
  })

  it.each([
    ['jpeg', 80, 0],
    ['png', 100, 6],
    ['webp', 80, 4],
    ['avif', 50, 2],
  ] as const)('gives %s quality %i and effort %i', (format, quality, effort) => {
    expect(normalizeRecipe({ mode: 'fit', width: 480, format })).toMatchObject({ format, quality, effort })
  })

  it('keeps given options', () => {
    const said = {
      kind: 'image',
      mode: 'crop',
      width: 10,
      height: 20,
      format: 'webp',
      quality: 1,
      effort: 0,
      position: 'left top',
      background: '#01020304',
      keepIcc: true,
      animated: true,
    } as const
    expect(normalizeRecipe(said)).toEqual(said)
  })

  it.each([
    ['#abc', '#aabbccff'],
    ['#ABC8', '#aabbcc88'],
    ['#A1b2C3', '#a1b2c3ff'],
    ['#A1B2C3D4', '#a1b2c3d4'],
  ])('writes the colour %s as %s', (background, normalized) => {
    expect(normalizeRecipe({ mode: 'fill', width: 10, format: 'png', background })).toMatchObject({
      background: normalized,
    })
  })

  it('fills in every default of the other kinds', () => {
    expect(normalizeRecipe({ kind: 'image', preset: 'video_thumbnail_strip' })).toEqual({
      kind: 'image',
      preset: 'video_thumbnail_strip',
    })
    expect(normalizeRecipe({ kind: 'video', preset: 'web_480p' })).toEqual({
      kind: 'video',
      preset: 'web_480p',
      faststart: true,
    })
    expect(normalizeRecipe({ kind: 'audio', preset: 'm4a_128k' })).toEqual({
      kind: 'audio',
      preset: 'm4a_128k',
      channels: null,
      normalize: false,
      twoPass: false,
    })
    expect(normalizeRecipe({ kind: 'waveform', preset: 'overview' })).toEqual({ kind: 'waveform', preset: 'overview' })
  })

  it('survives storage as JSON, for every recipe that the schema accepts', () => {
    fc.assert(
      fc.property(arbitraryRecipe, (recipe) => {
        const normalized = normalizeRecipe(recipeSchema.parse(recipe))
        expect(JSON.parse(JSON.stringify(normalized))).toEqual(normalized)
      }),
    )
  })
})

describe('the defaults of formats', () => {
  it('lie within their ranges', () => {
    for (const format of IMAGE_FORMATS) {
      const { defaultQuality, defaultEffort, minEffort, maxEffort } = IMAGE_FORMAT_FACTS[format]
      expect(defaultQuality).toBeGreaterThanOrEqual(1)
      expect(defaultQuality).toBeLessThanOrEqual(100)
      expect(defaultEffort).toBeGreaterThanOrEqual(minEffort)
      expect(defaultEffort).toBeLessThanOrEqual(maxEffort)
    }
  })
})

const dimension = fc.integer({ min: 1, max: 16_383 })
const arbitraryRecipe: fc.Arbitrary<Recipe> = fc.oneof(
  fc.record({ mode: fc.constantFrom(...IMAGE_MODES), width: dimension, height: dimension }),
  fc.record(
    {
      mode: fc.constant('crop' as const),
      width: dimension,
      height: dimension,
      format: fc.constantFrom(...IMAGE_FORMATS),
      position: fc.constantFrom(...CROP_POSITIONS),
      quality: fc.integer({ min: 1, max: 100 }),
      keepIcc: fc.boolean(),
    },
    { requiredKeys: ['mode', 'width', 'height'] },
  ),
  fc.record({ kind: fc.constant('image' as const), preset: fc.constantFrom(...AV_IMAGE_PRESETS) }),
  fc.record({
    kind: fc.constant('video' as const),
    preset: fc.constantFrom(...VIDEO_PRESETS),
    faststart: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('audio' as const),
    preset: fc.constantFrom(...AUDIO_PRESETS),
    normalize: fc.boolean(),
  }),
)
