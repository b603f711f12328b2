/** Containers of video. */
export const VIDEO_CONTAINERS = ['mp4', 'webm'] as const

/** One of {@link VIDEO_CONTAINERS}. */
export type VideoContainer = (typeof VIDEO_CONTAINERS)[number]

/** Codecs of video. */
export const VIDEO_CODECS = ['h264', 'hevc', 'vp9', 'av1'] as const

/** One of {@link VIDEO_CODECS}. */
export type VideoCodec = (typeof VIDEO_CODECS)[number]

/** What recipes may ask of one container. The first codec is its default, because most browsers play it. */
export const VIDEO_CONTAINER_FACTS: Readonly<
  Record<
    VideoContainer,
    {
      readonly contentType: string
      readonly codecs: readonly [VideoCodec, ...VideoCodec[]]
      readonly audioBitrate: number
    }
  >
> = {
  mp4: { contentType: 'video/mp4', codecs: ['h264', 'hevc', 'av1'], audioBitrate: 128 },
  // Its sound is Opus, which needs less.
  webm: { contentType: 'video/webm', codecs: ['vp9', 'av1'], audioBitrate: 96 },
}

/** What recipes may ask of one codec. */
export interface VideoCodecFacts {
  /** Constant quality (CRF): about as good as H.264 at 23. */
  readonly quality: number
  /** The worst quality on the encoder's scale. */
  readonly maxQuality: number
  /** The usual limit of the bitrate, as a part of that of H.264; `null`: none, because it makes the encoder slow. */
  readonly bitrateShare: number | null
  /** The work, as a multiple of that of H.264. */
  readonly work: number
}

/**
 * The facts of every codec. A changed default changes the digest of every recipe that relies on it. Measured on two films
 * with the presets in use: at these qualities the pictures differ from their source as much as those of H.264 (SSIM 0.95),
 * for two to four times the work.
 */
export const VIDEO_CODEC_FACTS: Readonly<Record<VideoCodec, VideoCodecFacts>> = {
  h264: { quality: 23, maxQuality: 51, bitrateShare: 1, work: 1 },
  hevc: { quality: 26, maxQuality: 51, bitrateShare: 0.7, work: 3 },
  vp9: { quality: 34, maxQuality: 63, bitrateShare: 0.7, work: 3 },
  av1: { quality: 35, maxQuality: 63, bitrateShare: null, work: 3 },
}

/**
 * The usual limit of the bitrate, in kbit/s; `null`: none. It follows H.264's needs, which grow a little slower than the number of
 * pixels: 1,200 at 480 lines, 2,500 at 720, 5,200 at 1080, 18,050 at 2160. Pure.
 */
export function usualMaxBitrate(height: number, codec: VideoCodec): number | null {
  const { bitrateShare } = VIDEO_CODEC_FACTS[codec]
  const ofH264 = Math.round((2_500 * (height / 720) ** 1.8) / 50) * 50
  return bitrateShare === null ? null : Math.round(ofH264 * bitrateShare)
}
