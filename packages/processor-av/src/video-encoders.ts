import type { FfmpegOptions } from './ffmpeg-options.ts'
import type { VideoCodec } from './recipes/video-formats.ts'
import type { NormalVideo } from './recipes/video-options.ts'

/** How one codec is encoded. */
export interface VideoEncoder {
  /** The encoder, as FFmpeg names it. */
  readonly name: string
  /** Its options for a recipe. Encoders with a pool of threads of their own are told how many. */
  readonly options: (rate: Rate, threads: number) => FfmpegOptions
  /** The shortest side of a picture that it takes. */
  readonly minSide: number
  /** How far it may exceed the limit of the bitrate over a whole video. */
  readonly overshoot: number
}

/** The part of a recipe that decides the size of its output. */
export type Rate = Pick<NormalVideo, 'quality' | 'maxBitrate'>

// The limit holds over about a second.
function limitedQuality({ quality, maxBitrate }: Rate): FfmpegOptions {
  return maxBitrate === null ? { crf: quality } : { crf: quality, maxrate: `${maxBitrate}k`, bufsize: `${maxBitrate}k` }
}

/**
 * The encoder of every codec, with the fastest preset whose files are worth it. SVT-AV1 is the only encoder of AV1: the
 * others take minutes for seconds.
 */
export const VIDEO_ENCODERS: Readonly<Record<VideoCodec, VideoEncoder>> = {
  h264: {
    name: 'libx264',
    options: (rate) => ({ preset: 'veryfast', 'profile:v': 'high', ...limitedQuality(rate) }),
    minSide: 2,
    overshoot: 1.2,
  },
  hevc: {
    name: 'libx265',
    options: (rate, threads) => ({
      preset: 'fast',
      ...limitedQuality(rate),
      // Apple's players want this name for it.
      'tag:v': 'hvc1',
      // With a limit and several frames at once, no two outputs would be the same.
      'x265-params': `info=0:log-level=error:frame-threads=1:pools=${threads}`,
    }),
    minSide: 16,
    overshoot: 1.2,
  },
  vp9: {
    name: 'libvpx-vp9',
    // With a quality, its bitrate is a limit.
    options: ({ quality, maxBitrate }) => ({
      crf: quality,
      'b:v': `${maxBitrate ?? 0}k`,
      deadline: 'good',
      'cpu-used': 4,
      'row-mt': 1,
      'tile-columns': 2,
    }),
    minSide: 2,
    overshoot: 2,
  },
  av1: {
    name: 'libsvtav1',
    options: (rate, threads) => ({
      preset: 8,
      ...limitedQuality(rate),
      // With a limit and several threads, no two outputs would be the same.
      'svtav1-params': `lp=${rate.maxBitrate === null ? threads : 1}`,
    }),
    minSide: 64,
    overshoot: 2,
  },
}

/** Says in the stream that its colours are standard. */
export const STANDARD_COLOURS: FfmpegOptions = {
  colorspace: 'bt709',
  color_primaries: 'bt709',
  color_trc: 'bt709',
  color_range: 'tv',
}
