import type { FfmpegOptions } from './ffmpeg-options.ts'
import type { PictureTarget } from './picture-filters.ts'
import type { PreviewPicture } from './recipes/preview-kinds.ts'
import { STANDARD_COLOURS, VIDEO_ENCODERS } from './video-encoders.ts'

/** How a preview is written and read back. */
export interface PreviewFormat {
  readonly contentType: string
  readonly encoder: string
  /** The codec, as ffprobe names it. */
  readonly codec: string
  readonly muxer: string
  readonly demuxer: string
  readonly target: PictureTarget
  /** Filters after all others. */
  readonly filters: readonly string[]
  readonly encoderOptions: (threads: number) => FfmpegOptions
  readonly muxerOptions: FfmpegOptions
}

/** The formats of previews that are pictures. */
export const PREVIEW_PICTURE_FORMATS: Readonly<Record<PreviewPicture, PreviewFormat>> = {
  webp: {
    contentType: 'image/webp',
    encoder: 'libwebp_anim',
    codec: 'webp',
    muxer: 'webp',
    demuxer: 'webp_pipe',
    target: 'webp',
    filters: [],
    encoderOptions: () => ({ quality: 70 }),
    muxerOptions: { loop: 0 },
  },
  gif: {
    contentType: 'image/gif',
    encoder: 'gif',
    codec: 'gif',
    muxer: 'gif',
    demuxer: 'gif',
    target: 'png',
    // Colours made for these frames; the pattern that mixes them stays in its place, so that still parts cost nothing.
    filters: ['split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=bayer:bayer_scale=4:diff_mode=rectangle'],
    encoderOptions: () => ({}),
    muxerOptions: { loop: 0 },
  },
}

// Enough for small moving pictures.
const MP4_RATE = { quality: 24, maxBitrate: 1_500 }

/** The format of previews that are videos. */
export const PREVIEW_VIDEO_FORMAT: PreviewFormat = {
  contentType: 'video/mp4',
  encoder: VIDEO_ENCODERS.h264.name,
  codec: 'h264',
  muxer: 'mp4',
  demuxer: 'mov',
  target: 'video',
  filters: [],
  encoderOptions: (threads) => ({ ...VIDEO_ENCODERS.h264.options(MP4_RATE, threads), ...STANDARD_COLOURS }),
  muxerOptions: { movflags: '+faststart' },
}
