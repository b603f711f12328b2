import { describe, expect, it } from 'vitest'
import {
  acceptedSourceKinds,
  canBeMadeFrom,
  lane,
  outputContentType,
  outputExtension,
  outputKind,
  packageFor,
  recipeCapability,
  workClass,
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

  it('names the package of its lane', () => {
    expect(packageFor(facts.capability)).toBe(
      facts.lane === 'image' ? '@rindle/processor-image' : '@rindle/processor-av',
    )
  })
})

describe('the class of work', () => {
  it.each([
    [{ ...IMAGE, format: 'jpeg' }, 'fast'],
    [{ ...IMAGE, format: 'png' }, 'fast'],
    [{ ...IMAGE, format: 'webp' }, 'fast'],
    [{ ...IMAGE, format: 'avif' }, 'slow'],
    [{ kind: 'image', preset: 'video_poster_scene' }, 'preview'],
    [{ kind: 'image', preset: 'video_thumbnail_strip' }, 'preview'],
    [{ kind: 'waveform', preset: 'overview' }, 'preview'],
    [{ kind: 'video', preset: 'web_720p' }, 'encode'],
    [{ kind: 'audio', preset: 'm4a_128k' }, 'encode'],
  ] as const)('of %j is %s', (recipe, expected) => {
    expect(workClass(normalizeRecipe(recipe))).toBe(expected)
  })
})

describe('the recipes that fit a source', () => {
  const POSTER = { kind: 'image', preset: 'video_poster_scene' } as const
  const VIDEO = { kind: 'video', hasAudioTrack: true, metadata: {} } as const
  const SONG = { kind: 'audio', hasAudioTrack: true, metadata: { hasCover: true } } as const

  it.each([
    ['a thumbnail', IMAGE, { kind: 'image', hasAudioTrack: null, metadata: {} }, true],
    ['a thumbnail', IMAGE, VIDEO, false],
    ['a thumbnail', IMAGE, { kind: null, hasAudioTrack: null, metadata: {} }, false],
    ['the sound', { kind: 'audio', preset: 'm4a_128k' }, VIDEO, true],
    ['the sound of a silent video', { kind: 'audio', preset: 'm4a_128k' }, { ...VIDEO, hasAudioTrack: false }, false],
    [
      'the waveform of a silent video',
      { kind: 'waveform', preset: 'overview' },
      { ...VIDEO, hasAudioTrack: false },
      false,
    ],
    [
      'the sound, when the probe does not mention it',
      { kind: 'audio', preset: 'm4a_128k' },
      { ...VIDEO, hasAudioTrack: null },
      true,
    ],
    ['a silent video', { kind: 'video', preset: 'web_720p' }, { ...VIDEO, hasAudioTrack: false }, true],
    ['the poster of a video without a cover', POSTER, { ...VIDEO, metadata: { hasCover: false } }, true],
    ['the poster of a song with a cover', POSTER, SONG, true],
    ['the poster of a song without one', POSTER, { ...SONG, metadata: { hasCover: false } }, false],
    [
      'the sound of a song without a cover',
      { kind: 'audio', preset: 'mp3_128k' },
      { ...SONG, metadata: { hasCover: false } },
      true,
    ],
  ] as const)('%s', (_, recipe, source, expected) => {
    expect(canBeMadeFrom(normalizeRecipe(recipe), source)).toBe(expected)
  })
})
