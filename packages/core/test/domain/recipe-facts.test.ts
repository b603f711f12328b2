import { describe, expect, it } from 'vitest'
import {
  acceptedSourceKinds,
  formatClass,
  lane,
  outputContentType,
  outputExtension,
  outputKind,
  packageFor,
  recipeCapability,
} from '../../src/domain/recipe-facts.ts'
import { normalizeRecipe, type Recipe } from '../../src/domain/recipes.ts'

interface Facts {
  readonly recipe: Recipe
  readonly lane: 'image' | 'av'
  readonly capability: string
  readonly kind: string
  readonly contentType: string
  readonly extension: string
  readonly sources: readonly string[]
}

const IMAGE = { mode: 'fit', width: 480 } as const

const TABLE: readonly Facts[] = [
  ...(['jpeg', 'png', 'webp', 'avif'] as const).map(
    (format): Facts => ({
      recipe: { ...IMAGE, format },
      lane: 'image',
      capability: `image/${format}`,
      kind: 'image',
      contentType: `image/${format}`,
      extension: format === 'jpeg' ? '.jpg' : `.${format}`,
      sources: ['image'],
    }),
  ),
  {
    recipe: { kind: 'image', preset: 'video_poster_scene' },
    lane: 'av',
    capability: 'av-image/video_poster_scene',
    kind: 'image',
    contentType: 'image/jpeg',
    extension: '.jpg',
    sources: ['video', 'audio'],
  },
  {
    recipe: { kind: 'image', preset: 'video_thumbnail_strip' },
    lane: 'av',
    capability: 'av-image/video_thumbnail_strip',
    kind: 'image',
    contentType: 'image/jpeg',
    extension: '.jpg',
    sources: ['video'],
  },
  ...(['web_720p', 'web_480p'] as const).map(
    (preset): Facts => ({
      recipe: { kind: 'video', preset },
      lane: 'av',
      capability: `video/${preset}`,
      kind: 'video',
      contentType: 'video/mp4',
      extension: '.mp4',
      sources: ['video'],
    }),
  ),
  {
    recipe: { kind: 'audio', preset: 'm4a_128k' },
    lane: 'av',
    capability: 'audio/m4a_128k',
    kind: 'audio',
    contentType: 'audio/mp4',
    extension: '.m4a',
    sources: ['audio', 'video'],
  },
  {
    recipe: { kind: 'audio', preset: 'mp3_128k' },
    lane: 'av',
    capability: 'audio/mp3_128k',
    kind: 'audio',
    contentType: 'audio/mpeg',
    extension: '.mp3',
    sources: ['audio', 'video'],
  },
  {
    recipe: { kind: 'waveform', preset: 'overview' },
    lane: 'av',
    capability: 'waveform/overview',
    kind: 'waveform',
    contentType: 'application/json',
    extension: '.json',
    sources: ['audio', 'video'],
  },
]

describe.each(TABLE)('a recipe for $capability', ({ recipe, ...facts }) => {
  const normalized = normalizeRecipe(recipe)

  it('has its lane, capability, output and sources', () => {
    expect({
      lane: lane(normalized),
      capability: recipeCapability(normalized),
      kind: outputKind(normalized),
      contentType: outputContentType(normalized),
      extension: outputExtension(normalized),
      sources: acceptedSourceKinds(normalized),
    }).toEqual(facts)
  })

  it('is made by the package of its lane', () => {
    expect(packageFor(facts.capability)).toBe(
      facts.lane === 'image' ? '@rindle/processor-image' : '@rindle/processor-av',
    )
  })
})

describe('the class of an image recipe', () => {
  it.each([
    ['jpeg', 'fast'],
    ['png', 'fast'],
    ['webp', 'fast'],
    ['avif', 'slow'],
  ] as const)('of %s is %s', (format, expected) => {
    expect(formatClass(normalizeRecipe({ ...IMAGE, format }))).toBe(expected)
  })

  it('does not exist in the AV lane', () => {
    expect(() => formatClass(normalizeRecipe({ kind: 'image', preset: 'video_poster_scene' }))).toThrow(
      'av-image/video_poster_scene',
    )
  })
})
