import { type OptionsSchema, type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { z } from 'zod'
import { AV_PACKAGE, PREVIEW } from './work.ts'

/** Options of a recipe that has none. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- It has none.
export type NoOptions = Readonly<Record<never, never>>

const none = z.strictObject({}) as unknown as OptionsSchema<NoOptions | void, NoOptions>

/** A JPEG of the frame that tells most of a video, or the cover of an audio file. */
export const poster: RecipeKind<'poster', NoOptions | void, NoOptions, 'image'> = recipeKind({
  name: 'poster',
  output: 'image',
  madeBy: AV_PACKAGE,
  options: none,
  facts: () => ({
    ...PREVIEW,
    contentType: 'image/jpeg',
    sources: ['video', 'audio'],
    canBeMadeFrom: ({ kind, metadata }) => kind !== 'audio' || metadata['hasCover'] !== false,
    cost: 2,
    capability: 'poster/jpeg',
  }),
  // Its kind was `image`, which is another package's now.
  formerly: {
    formOf: () => ({ kind: 'image', preset: 'video_poster_scene' }),
    optionsOf: ({ preset }) => (preset === 'video_poster_scene' ? {} : undefined),
  },
})

/** A JPEG of tiles spread over a video, for scrubbing. */
export const strip: RecipeKind<'strip', NoOptions | void, NoOptions, 'image'> = recipeKind({
  name: 'strip',
  output: 'image',
  madeBy: AV_PACKAGE,
  options: none,
  facts: () => ({
    ...PREVIEW,
    contentType: 'image/jpeg',
    sources: ['video'],
    cost: 4,
    capability: 'strip/jpeg',
  }),
  formerly: {
    formOf: () => ({ kind: 'image', preset: 'video_thumbnail_strip' }),
    optionsOf: ({ preset }) => (preset === 'video_thumbnail_strip' ? {} : undefined),
  },
})

/** Peaks of sound over time: JSON. */
export const waveform: RecipeKind<'waveform', NoOptions | void, NoOptions, 'data'> = recipeKind({
  name: 'waveform',
  output: 'data',
  madeBy: AV_PACKAGE,
  options: none,
  facts: () => ({
    ...PREVIEW,
    contentType: 'application/json',
    sources: ['audio', 'video'],
    canBeMadeFrom: ({ hasAudioTrack }) => hasAudioTrack !== false,
    cost: 3,
    capability: 'waveform/json',
  }),
  formerly: {
    formOf: () => ({ kind: 'waveform', preset: 'overview' }),
    optionsOf: ({ kind, preset }) => (kind === 'waveform' && preset === 'overview' ? {} : undefined),
  },
})
