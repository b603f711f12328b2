import { isDeepStrictEqual } from 'node:util'
import { type OptionsSchema, type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { z } from 'zod'
import { AUDIO_FORMAT_FACTS } from './audio-formats.ts'
import { clipSchema } from './clip.ts'
import { DEFAULT_TARGET, loudnessOptions } from './loudness-options.ts'
import {
  usualMaxBitrate,
  VIDEO_CODEC_FACTS,
  VIDEO_CODECS,
  VIDEO_CONTAINER_FACTS,
  VIDEO_CONTAINERS,
  type VideoContainer,
} from './video-formats.ts'
import type { NormalVideo, VideoOptions, WebmOptions } from './video-options.ts'
import { AV_PACKAGE, ENCODE } from './work.ts'

/** The options of a video, and its container. */
export type VideoKindOptions =
  | (VideoOptions & { readonly container?: 'mp4' })
  | (WebmOptions & { readonly container: 'webm' })

const soundSchema = z.strictObject({
  bitrate: z.int().optional(),
  channels: z.literal([1, 2]).nullable().default(null),
  ...loudnessOptions,
})

const DEFAULT_HEIGHT = 720
const DEFAULT_FPS = 60

const schema = z
  .strictObject({
    container: z.enum(VIDEO_CONTAINERS).default('mp4'),
    height: z.int().min(144).max(2160).default(DEFAULT_HEIGHT),
    codec: z.enum(VIDEO_CODECS).optional(),
    quality: z.int().min(1).optional(),
    maxBitrate: z.int().min(50).max(100_000).nullable().optional(),
    fps: z.number().min(1).max(120).default(DEFAULT_FPS),
    audio: z.union([z.literal(false), soundSchema], { error: 'must be false, or options of sound' }).default({
      channels: null,
      normalize: false,
      target: DEFAULT_TARGET,
    }),
    clip: clipSchema,
    subtitles: z.enum(['drop', 'burn']).default('drop'),
    faststart: z.boolean().default(true),
  })
  .transform((given): NormalVideo => {
    const { codecs, audioBitrate } = VIDEO_CONTAINER_FACTS[given.container]
    const codec = given.codec ?? codecs[0]
    return {
      ...given,
      codec,
      quality: given.quality ?? VIDEO_CODEC_FACTS[codec].quality,
      maxBitrate: given.maxBitrate ?? usualMaxBitrate(given.height, codec),
      audio: given.audio === false ? false : { ...given.audio, bitrate: given.audio.bitrate ?? audioBitrate },
    }
  })
  .superRefine((normal, context) => {
    for (const [path, message] of problemsOf(normal)) context.addIssue({ code: 'custom', path: [...path], message })
  })

function problemsOf({ container, codec, quality, audio, faststart }: NormalVideo): [readonly string[], string][] {
  const problems: [readonly string[], string][] = []
  const { codecs } = VIDEO_CONTAINER_FACTS[container]
  if (!codecs.includes(codec)) problems.push([['codec'], `must be ${codecs.join(' or ')} in ${container}`])
  const { maxQuality } = VIDEO_CODEC_FACTS[codec]
  if (quality > maxQuality) problems.push([['quality'], `must be 1 to ${maxQuality} for ${codec}`])
  if (audio !== false) problems.push(...soundProblems(container, audio))
  if (container === 'webm' && !faststart) problems.push([['faststart'], 'is an option of MP4'])
  return problems
}

function soundProblems(
  container: VideoContainer,
  { bitrate, normalize, target }: Exclude<NormalVideo['audio'], false>,
): [readonly string[], string][] {
  const problems: [readonly string[], string][] = []
  const bitrates = AUDIO_FORMAT_FACTS[container === 'mp4' ? 'aac' : 'opus'].bitrates
  if (bitrates !== null && (bitrate < bitrates.min || bitrate > bitrates.max)) {
    problems.push([['audio', 'bitrate'], `must be ${bitrates.min} to ${bitrates.max} kbit/s`])
  }
  if (!normalize && target !== DEFAULT_TARGET) {
    problems.push([['audio', 'target'], 'is a loudness, so it needs normalize: true'])
  }
  return problems
}

// Earlier versions stored a preset.
const PRESETS: Readonly<Record<string, number>> = { web_720p: 720, web_480p: 480 }

function presetOf(normal: NormalVideo): string | undefined {
  const { height, faststart } = normal
  const usual = schema.safeParse({ height, faststart }).data
  return isDeepStrictEqual(normal, usual) ? Object.keys(PRESETS).find((name) => PRESETS[name] === height) : undefined
}

/** The kind of the video recipes. */
export const videoKind: RecipeKind<'video', VideoKindOptions, NormalVideo, 'video'> = recipeKind({
  name: 'video',
  output: 'video',
  madeBy: AV_PACKAGE,
  options: schema as unknown as OptionsSchema<VideoKindOptions, NormalVideo>,
  facts: ({ container, height, codec, subtitles }) => ({
    ...ENCODE,
    contentType: VIDEO_CONTAINER_FACTS[container].contentType,
    sources: ['video'],
    cost: (height / 10) * VIDEO_CODEC_FACTS[codec].work,
    capability: `video/${codec}${subtitles === 'burn' ? '+subtitles' : ''}`,
  }),
  formerly: {
    formOf: (normal) => {
      const preset = presetOf(normal)
      return preset === undefined ? undefined : { kind: 'video', preset, faststart: normal.faststart }
    },
    optionsOf: ({ kind, preset, ...own }) => {
      if (kind !== 'video' || typeof preset !== 'string' || !Object.hasOwn(PRESETS, preset)) return undefined
      return { height: PRESETS[preset], ...own }
    },
  },
})
