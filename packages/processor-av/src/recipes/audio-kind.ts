import { type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { z } from 'zod'
import { AUDIO_CODECS, AUDIO_FORMAT_FACTS, type AudioCodec, SAMPLE_RATES, type SampleRate } from './audio-formats.ts'
import { type Clip, clipSchema, type NormalClip } from './clip.ts'
import { DEFAULT_TARGET, loudnessOptions } from './loudness-options.ts'
import { AV_PACKAGE, ENCODE } from './work.ts'

/** Options of sound made from audio, or from the sound of a video. */
export interface SoundOptions {
  /**
   * Of the encoder, in kbit/s: AAC 24 to 512, MP3 32 to 320, Opus 16 to 510.
   * @default 128; Opus 96, which is as good
   */
  readonly bitrate?: number | undefined
  /**
   * 1 mixes down to mono, 2 up or down to stereo.
   * @default the number of channels of the source
   */
  readonly channels?: 1 | 2 | undefined
  /**
   * In hertz. MP3: at most 48,000.
   * @default 44,100 or 48,000, whichever fits the source better; every player supports both
   */
  readonly sampleRate?: SampleRate | undefined
  /**
   * Brings the loudness to a common level (EBU R128).
   * @default false
   */
  readonly normalize?: boolean | undefined
  /**
   * Only with `normalize`: the level, in LUFS, −31 to −5.
   * @default -16, as podcasts have it; −14 is usual for music, −23 for broadcast
   */
  readonly target?: number | undefined
  /**
   * Only with `normalize`: measures the whole source first. Exact, at nearly twice the cost.
   * @default false
   */
  readonly twoPass?: boolean | undefined
  /**
   * Makes only this part. It is made in a run of its own, which decodes little more than the part.
   * @default the whole source
   */
  readonly clip?: Clip | undefined
}

/** {@link SoundOptions} of Opus, which has a sample rate of its own. */
export type OpusOptions = Omit<SoundOptions, 'sampleRate'>

/** {@link SoundOptions} of FLAC, which is lossless. */
export type FlacOptions = Omit<SoundOptions, 'bitrate'>

/** {@link SoundOptions} and the codec. */
export interface AudioOptions extends SoundOptions {
  /** `aac`: AAC in MP4. `mp3`: MP3. `opus`: Opus in Ogg. `flac`: FLAC. */
  readonly codec: AudioCodec
}

/** {@link AudioOptions} with every default filled in. */
export type NormalAudio = {
  readonly codec: AudioCodec
  /** In kbit/s; `null`: lossless. */
  readonly bitrate: number | null
  /** `null`: the number of channels of the source. */
  readonly channels: 1 | 2 | null
  /** `null`: by the source. */
  readonly sampleRate: SampleRate | null
  readonly normalize: boolean
  readonly target: number
  readonly twoPass: boolean
  /** `null`: the whole source. */
  readonly clip: NormalClip | null
}

const schema = z
  .strictObject({
    codec: z.enum(AUDIO_CODECS),
    bitrate: z.int().nullable().optional(),
    channels: z.literal([1, 2]).nullable().default(null),
    sampleRate: z.literal(SAMPLE_RATES).nullable().default(null),
    ...loudnessOptions,
    twoPass: z.boolean().default(false),
    clip: clipSchema,
  })
  .transform(
    (given): NormalAudio => ({
      ...given,
      bitrate: given.bitrate ?? AUDIO_FORMAT_FACTS[given.codec].bitrates?.usual ?? null,
    }),
  )
  .superRefine((normal, context) => {
    for (const [option, message] of problemsOf(normal)) context.addIssue({ code: 'custom', path: [option], message })
  })

function problemsOf({ codec, bitrate, sampleRate, normalize, target, twoPass }: NormalAudio): [string, string][] {
  const { bitrates, maxSampleRate } = AUDIO_FORMAT_FACTS[codec]
  const problems: [string, string][] = []
  if (bitrates === null && bitrate !== null) problems.push(['bitrate', `${codec} is lossless and has none`])
  if (bitrates !== null && bitrate !== null && (bitrate < bitrates.min || bitrate > bitrates.max)) {
    problems.push(['bitrate', `must be ${bitrates.min} to ${bitrates.max} kbit/s for ${codec}`])
  }
  if (codec === 'opus' && sampleRate !== null) problems.push(['sampleRate', 'opus always has 48,000 Hz'])
  else if ((sampleRate ?? 0) > maxSampleRate)
    problems.push(['sampleRate', `is at most ${maxSampleRate} Hz for ${codec}`])
  if (!normalize && target !== DEFAULT_TARGET) problems.push(['target', 'is a loudness, so it needs normalize: true'])
  if (!normalize && twoPass) problems.push(['twoPass', 'measures loudness, so it needs normalize: true'])
  return problems
}

// Earlier versions stored a preset.
const PRESETS: Partial<Readonly<Record<AudioCodec, string>>> = { aac: 'm4a_128k', mp3: 'mp3_128k' }
const PRESET_BITRATE = 128

/** The kind of the audio recipes. */
export const audioKind: RecipeKind<'audio', AudioOptions, NormalAudio, 'audio'> = recipeKind({
  name: 'audio',
  output: 'audio',
  madeBy: AV_PACKAGE,
  options: schema,
  facts: ({ codec }) => ({
    ...ENCODE,
    contentType: AUDIO_FORMAT_FACTS[codec].contentType,
    sources: ['audio', 'video'],
    canBeMadeFrom: ({ hasAudioTrack }) => hasAudioTrack !== false,
    cost: AUDIO_FORMAT_FACTS[codec].cost,
    capability: `audio/${codec}`,
  }),
  formerly: {
    formOf: ({ codec, bitrate, sampleRate, target, clip, ...own }) => {
      const preset = PRESETS[codec]
      const isPreset = bitrate === PRESET_BITRATE && sampleRate === null && target === DEFAULT_TARGET && clip === null
      return preset === undefined || !isPreset ? undefined : { kind: 'audio', preset, ...own }
    },
    optionsOf: ({ kind, preset, ...own }) => {
      const codec = AUDIO_CODECS.find((known) => PRESETS[known] === preset)
      return kind !== 'audio' || codec === undefined || preset === undefined ? undefined : { codec, ...own }
    },
  },
})
