import { type OptionsSchema, type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { z } from 'zod'
import { AV_PACKAGE, ENCODE } from './work.ts'

/** Codecs of sound. */
export const AUDIO_CODECS = ['aac', 'mp3'] as const

/** One of {@link AUDIO_CODECS}. */
export type AudioCodec = (typeof AUDIO_CODECS)[number]

/** Options of sound made from audio, or from the sound of a video. */
export interface SoundOptions {
  /**
   * 1 mixes down to mono, 2 up or down to stereo.
   * @default the number of channels of the source
   */
  readonly channels?: 1 | 2 | undefined
  /**
   * Brings the loudness to a common level (EBU R128).
   * @default false
   */
  readonly normalize?: boolean | undefined
  /**
   * Only with `normalize`: measures the whole source first. Exact, at nearly twice the cost.
   * @default false
   */
  readonly twoPass?: boolean | undefined
}

/** {@link SoundOptions} and the codec. */
export interface AudioOptions extends SoundOptions {
  /** `aac`: AAC in MP4. `mp3`: MP3. */
  readonly codec: AudioCodec
}

/** {@link AudioOptions} with every default filled in. */
export type NormalAudio = {
  readonly codec: AudioCodec
  /** `null`: the number of channels of the source. */
  readonly channels: 1 | 2 | null
  readonly normalize: boolean
  readonly twoPass: boolean
}

// Earlier versions stored a preset.
const PRESETS: Readonly<Record<AudioCodec, string>> = { aac: 'm4a_128k', mp3: 'mp3_128k' }
const CONTENT_TYPES: Readonly<Record<AudioCodec, string>> = { aac: 'audio/mp4', mp3: 'audio/mpeg' }

/** The kind of the audio recipes. */
export const audioKind: RecipeKind<'audio', AudioOptions, NormalAudio, 'audio'> = recipeKind({
  name: 'audio',
  output: 'audio',
  madeBy: AV_PACKAGE,
  options: z
    .strictObject({
      codec: z.enum(AUDIO_CODECS),
      channels: z.literal([1, 2]).nullable().default(null),
      normalize: z.boolean().default(false),
      twoPass: z.boolean().default(false),
    })
    .refine(({ normalize, twoPass }) => normalize || !twoPass, {
      path: ['twoPass'],
      message: 'measures loudness, so it needs normalize: true',
    }) as OptionsSchema<AudioOptions, NormalAudio>,
  facts: ({ codec }) => ({
    ...ENCODE,
    contentType: CONTENT_TYPES[codec],
    sources: ['audio', 'video'],
    canBeMadeFrom: ({ hasAudioTrack }) => hasAudioTrack !== false,
    cost: 10,
    capability: `audio/${codec}`,
  }),
  formerly: {
    formOf: ({ codec, ...own }) => ({ kind: 'audio', preset: PRESETS[codec], ...own }),
    optionsOf: ({ kind, preset, ...own }) => {
      const codec = AUDIO_CODECS.find((known) => PRESETS[known] === preset)
      return kind !== 'audio' || codec === undefined ? undefined : ({ codec, ...own } as AudioOptions)
    },
  },
})
