/** Options of a stream. */
export interface StreamOptions {
  /**
   * The sizes of the picture, in pixels of its shorter side, 90 to 2160 each, at most eight, in any order. Each is the
   * most: a picture wider than 16:9 has a width of 16:9. None is enlarged, and the next one above the source has the
   * source's own size.
   * @default [1080, 720, 480]
   */
  readonly heights?: readonly number[] | undefined
  /** The usual duration of a segment, in whole seconds, 2 to 20. Players change the size between segments. @default 6 */
  readonly segmentSeconds?: number | undefined
  /** The codec of the pictures: the one that every browser plays. @default 'h264' */
  readonly codec?: 'h264' | undefined
  /** Constant quality (CRF), 1 to 51: less is better, and larger. @default 23 */
  readonly quality?: number | undefined
  /** The most frames a second, 1 to 120; slower sources keep their own rate. @default 60 */
  readonly fps?: number | undefined
  /** Of each sound track, in kbit/s, 24 to 512. The sound is AAC, mono or stereo. @default 128 */
  readonly audioBitrate?: number | undefined
  /** The most sound tracks of a source that are kept, 0 to 8; the default one comes first. @default 4 */
  readonly soundTracks?: number | undefined
}

/** The options of a stream's pictures in one size, with every default filled in. */
export type NormalStreamVideo = {
  readonly height: number
  readonly segmentSeconds: number
  readonly codec: 'h264'
  readonly quality: number
  /** In kbit/s. */
  readonly maxBitrate: number
  readonly fps: number
}

/** The options of one sound track of a stream, with every default filled in. */
export type NormalStreamSound = {
  /** 1: the default track. */
  readonly track: number
  readonly segmentSeconds: number
  /** In kbit/s. */
  readonly bitrate: number
}
