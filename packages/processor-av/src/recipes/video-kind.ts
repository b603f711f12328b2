import { type OptionsSchema, type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { z } from 'zod'
import { AV_PACKAGE, ENCODE } from './work.ts'

/** Heights of a video, in pixels. */
export const VIDEO_HEIGHTS = [480, 720] as const

/** One of {@link VIDEO_HEIGHTS}. */
export type VideoHeight = (typeof VIDEO_HEIGHTS)[number]

/** Options of a video made from a video. */
export interface VideoOptions {
  /** The largest height, in pixels; the picture is never enlarged. The width is at most 16:9 of it. @default 720 */
  readonly height?: VideoHeight | undefined
  /**
   * Puts the index first, so that playback begins before the file is complete.
   * @default true
   */
  readonly faststart?: boolean | undefined
}

/** {@link VideoOptions} with every default filled in. */
export type NormalVideo = {
  readonly height: VideoHeight
  readonly faststart: boolean
}

// Earlier versions stored a preset.
const PRESETS: Readonly<Record<string, VideoHeight>> = { web_720p: 720, web_480p: 480 }

/** The kind of the video recipes: H.264 and AAC in MP4, which every browser plays. */
export const videoKind: RecipeKind<'video', VideoOptions, NormalVideo, 'video'> = recipeKind({
  name: 'video',
  output: 'video',
  madeBy: AV_PACKAGE,
  options: z.strictObject({
    height: z.literal(VIDEO_HEIGHTS).default(720),
    faststart: z.boolean().default(true),
  }) as OptionsSchema<VideoOptions, NormalVideo>,
  facts: ({ height }) => ({
    ...ENCODE,
    contentType: 'video/mp4',
    sources: ['video'],
    cost: height / 10,
    capability: 'video/h264',
  }),
  formerly: {
    formOf: ({ height, faststart }) => {
      const preset = Object.keys(PRESETS).find((name) => PRESETS[name] === height)
      return preset === undefined ? undefined : { kind: 'video', preset, faststart }
    },
    optionsOf: ({ kind, preset, ...own }) => {
      if (kind !== 'video' || typeof preset !== 'string' || !Object.hasOwn(PRESETS, preset)) return undefined
      return { height: PRESETS[preset], ...own } as VideoOptions
    },
  },
})
