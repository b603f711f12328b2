import { type KindFacts, type OptionsSchema, type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { z } from 'zod'
import { AV_PACKAGE, PREVIEW } from './work.ts'

/** Options of a waveform, in any format. */
export interface WaveformOptions {
  /** The number of equal parts of the duration that get a peak, 10 to 4000. In a picture each is a pixel wide. @default 1000 */
  readonly peaks?: number | undefined
  /**
   * `mixed`: all channels as one. `each`: every channel for itself; more than 8, and more than 8 without known places
   * mixed to 2.
   * @default 'mixed'
   */
  readonly channels?: 'mixed' | 'each' | undefined
}

/** {@link WaveformOptions} with every default filled in. */
export type NormalWaveform = {
  readonly peaks: number
  readonly channels: 'mixed' | 'each'
}

/** Formats of a waveform that is a picture. */
export const WAVEFORM_PICTURES = ['svg', 'png'] as const

/** One of {@link WAVEFORM_PICTURES}. */
export type WaveformPicture = (typeof WAVEFORM_PICTURES)[number]

/** Options of a waveform that is a picture. */
export interface WaveformPictureOptions extends WaveformOptions {
  /**
   * Black on nothing, 128 pixels high for each channel, the channels one below the other. `svg` scales in both
   * directions without loss, and takes the text colour where it stands in a page; colour a `png` as a mask of CSS.
   */
  readonly format: WaveformPicture
}

/** {@link WaveformPictureOptions} with every default filled in. */
export type NormalWaveformPicture = NormalWaveform & { readonly format: WaveformPicture }

const DEFAULT_PEAKS = 1_000

const detail = {
  peaks: z.int().min(10).max(4_000).default(DEFAULT_PEAKS),
  channels: z.enum(['mixed', 'each']).default('mixed'),
}

const FACTS: Omit<KindFacts, 'contentType'> = {
  ...PREVIEW,
  sources: ['audio', 'video'],
  canBeMadeFrom: ({ hasAudioTrack }) => hasAudioTrack !== false,
  cost: 3,
}

/** The kind of waveforms as JSON. */
export const waveformKind: RecipeKind<'waveform', WaveformOptions, NormalWaveform, 'data'> = recipeKind({
  name: 'waveform',
  output: 'data',
  madeBy: AV_PACKAGE,
  options: z.strictObject(detail) as OptionsSchema<WaveformOptions, NormalWaveform>,
  facts: () => ({ ...FACTS, contentType: 'application/json', capability: 'waveform/json' }),
  formerly: {
    formOf: ({ peaks, channels }) =>
      peaks === DEFAULT_PEAKS && channels === 'mixed' ? { kind: 'waveform', preset: 'overview' } : undefined,
    optionsOf: ({ kind, preset }) => (kind === 'waveform' && preset === 'overview' ? {} : undefined),
  },
})

const PICTURE_TYPES: Readonly<Record<WaveformPicture, string>> = { svg: 'image/svg+xml', png: 'image/png' }

/** The kind of waveforms as pictures. */
export const waveformPictureKind: RecipeKind<
  'waveform_picture',
  WaveformPictureOptions,
  NormalWaveformPicture,
  'image'
> = recipeKind({
  name: 'waveform_picture',
  output: 'image',
  madeBy: AV_PACKAGE,
  options: z.strictObject({
    ...detail,
    format: z.enum(WAVEFORM_PICTURES, 'must be "svg" or "png", or "json" for the numbers'),
  }) as OptionsSchema<WaveformPictureOptions, NormalWaveformPicture>,
  facts: ({ format }) => ({ ...FACTS, contentType: PICTURE_TYPES[format], capability: `waveform/${format}` }),
})
