import type { Clip, NormalClip } from './clip.ts'
import type { VideoCodec, VideoContainer } from './video-formats.ts'

/** The sound of a video. */
export interface VideoSoundOptions {
  /** In kbit/s: 24 to 512 (AAC, in MP4), or 16 to 510 (Opus, in WebM). @default 128 in MP4, 96 in WebM */
  readonly bitrate?: number | undefined
  /** 1 mixes down to mono, 2 up or down to stereo. @default the number of channels of the source, at most 2 */
  readonly channels?: 1 | 2 | undefined
  /** Brings the loudness to a common level (EBU R128), as it plays. @default false */
  readonly normalize?: boolean | undefined
  /** Only with `normalize`: the level, in LUFS, −31 to −5. @default -16 */
  readonly target?: number | undefined
}

/** {@link VideoSoundOptions} with every default filled in. */
export type NormalVideoSound = {
  readonly bitrate: number
  /** `null`: the number of channels of the source, at most 2. */
  readonly channels: 1 | 2 | null
  readonly normalize: boolean
  readonly target: number
}

/** Options of every video. */
export interface WebmOptions {
  /**
   * The largest height, in pixels, 144 to 2160. The width is at most 16:9 of it; the picture keeps its proportions, and
   * is never enlarged.
   * @default 720
   */
  readonly height?: number | undefined
  /** VP9, or AV1: smaller, where the build of FFmpeg has SVT-AV1, and where browsers play it. @default 'vp9' */
  readonly codec?: 'vp9' | 'av1' | undefined
  /**
   * Constant quality (CRF): less is better, and larger. H.264 and HEVC: 1 to 51; VP9 and AV1: 1 to 63.
   * @default 23 for H.264, 26 for HEVC, 34 for VP9, 35 for AV1: about the same picture
   */
  readonly quality?: number | undefined
  /**
   * The limit of the video's bitrate, in kbit/s, 50 to 100,000: detailed and fast scenes get a lower quality. The encoder
   * of AV1 uses one thread with it.
   * @default by height and codec: H.264 has 2,500 at 720 lines, 5,200 at 1080; HEVC and VP9 0.7 of that; AV1 has none
   */
  readonly maxBitrate?: number | undefined
  /** The most frames a second, 1 to 120; slower sources keep their own rate. @default 60 */
  readonly fps?: number | undefined
  /** `false`: a silent video. @default the sound of the source, if any */
  readonly audio?: false | VideoSoundOptions | undefined
  /**
   * Makes only this part. It is made in a run of its own, which decodes little more than the part.
   * @default the whole source
   */
  readonly clip?: Clip | undefined
  /**
   * `burn`: draws the source's subtitles into the pictures; the track that players show by default, else the first one.
   * Only text: pictures of text, as DVDs have them, are dropped. `metadata.hasBurntSubtitles` says whether there were
   * any. Needs an FFmpeg with libass, and fonts on the machine.
   * @default 'drop'
   */
  readonly subtitles?: 'drop' | 'burn' | undefined
}

/** Options of a video in MP4. */
export interface VideoOptions extends Omit<WebmOptions, 'codec'> {
  /**
   * H.264, which every browser plays, or HEVC or AV1 (by SVT-AV1): smaller, where the build of FFmpeg has their
   * encoders, and where players know them.
   * @default 'h264'
   */
  readonly codec?: 'h264' | 'hevc' | 'av1' | undefined
  /**
   * Puts the index first, so that playback begins before the file is complete.
   * @default true
   */
  readonly faststart?: boolean | undefined
}

/** The options of a video with every default filled in. */
export type NormalVideo = {
  readonly container: VideoContainer
  readonly height: number
  readonly codec: VideoCodec
  readonly quality: number
  /** In kbit/s; `null`: the quality alone decides. */
  readonly maxBitrate: number | null
  readonly fps: number
  readonly audio: false | NormalVideoSound
  /** `null`: the whole source. */
  readonly clip: NormalClip | null
  readonly subtitles: 'drop' | 'burn'
  readonly faststart: boolean
}
