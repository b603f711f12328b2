import { type OptionsSchema, type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { z } from 'zod'
import type { NormalStreamSound, NormalStreamVideo } from './stream-options.ts'
import { AV_PACKAGE, ENCODE } from './work.ts'

/** The most sound tracks of a stream. */
export const MAX_SOUND_TRACKS = 8

/** The checks of a stream's options, which its recipes share. */
export const streamChecks: {
  readonly height: z.ZodInt
  readonly segmentSeconds: z.ZodDefault<z.ZodInt>
  readonly codec: z.ZodDefault<z.ZodLiteral<'h264'>>
  readonly quality: z.ZodDefault<z.ZodInt>
  readonly fps: z.ZodDefault<z.ZodNumber>
  readonly audioBitrate: z.ZodDefault<z.ZodInt>
} = {
  height: z.int().min(90).max(2160),
  segmentSeconds: z.int().min(2).max(20).default(6),
  codec: z.literal('h264').default('h264'),
  quality: z.int().min(1).max(51).default(23),
  fps: z.number().min(1).max(120).default(60),
  audioBitrate: z.int().min(24).max(512).default(128),
}

const { height, segmentSeconds, codec, quality, fps, audioBitrate } = streamChecks

/** The kind of a stream's pictures in one size. */
export const streamVideoKind: RecipeKind<'stream_video', NormalStreamVideo, NormalStreamVideo, 'stream'> = recipeKind({
  name: 'stream_video',
  output: 'stream',
  madeBy: AV_PACKAGE,
  options: z.strictObject({ height, segmentSeconds, codec, quality, maxBitrate: z.int().min(1), fps }) as OptionsSchema<
    NormalStreamVideo,
    NormalStreamVideo
  >,
  facts: (normal) => ({
    ...ENCODE,
    contentType: 'video/mp4',
    sources: ['video'],
    cost: normal.height / 10,
    capability: `stream/${normal.codec}`,
  }),
})

/** The kind of one sound track of a stream. */
export const streamSoundKind: RecipeKind<'stream_sound', NormalStreamSound, NormalStreamSound, 'stream'> = recipeKind({
  name: 'stream_sound',
  output: 'stream',
  madeBy: AV_PACKAGE,
  options: z.strictObject({
    track: z.int().min(1).max(MAX_SOUND_TRACKS),
    segmentSeconds,
    bitrate: audioBitrate,
  }) as OptionsSchema<NormalStreamSound, NormalStreamSound>,
  facts: ({ track }) => ({
    ...ENCODE,
    contentType: 'audio/mp4',
    sources: ['video', 'audio'],
    canBeMadeFrom: ({ hasAudioTrack, metadata }) =>
      track === 1 ? hasAudioTrack !== false : Number(metadata['soundTracks'] ?? 1) >= track,
    cost: 10,
    capability: 'stream/aac',
  }),
})
