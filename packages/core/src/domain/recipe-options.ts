import type { ImageFormat } from './image-formats.ts'

/** The ways to fit an image into its box. */
export const IMAGE_MODES = ['fit', 'fill', 'crop'] as const

/** One of {@link IMAGE_MODES}. */
export type ImageMode = (typeof IMAGE_MODES)[number]

/** The part that a crop keeps: a place, or the region that a measure finds most telling. */
export const CROP_POSITIONS = [
  'centre',
  'top',
  'right top',
  'right',
  'right bottom',
  'bottom',
  'left bottom',
  'left',
  'left top',
  'entropy',
  'attention',
] as const

/** One of {@link CROP_POSITIONS}. */
export type CropPosition = (typeof CROP_POSITIONS)[number]

/** Images made from a video, or from the cover of an audio file. */
export const AV_IMAGE_PRESETS = ['video_poster_scene', 'video_thumbnail_strip'] as const

/** One of {@link AV_IMAGE_PRESETS}. */
export type AvImagePreset = (typeof AV_IMAGE_PRESETS)[number]

/** Transcodes of a video: H.264 and AAC in MP4, no larger than the named height. */
export const VIDEO_PRESETS = ['web_720p', 'web_480p'] as const

/** One of {@link VIDEO_PRESETS}. */
export type VideoPreset = (typeof VIDEO_PRESETS)[number]

/** Transcodes of sound: AAC in MP4, or MP3, at 128 kbit/s. */
export const AUDIO_PRESETS = ['m4a_128k', 'mp3_128k'] as const

/** One of {@link AUDIO_PRESETS}. */
export type AudioPreset = (typeof AUDIO_PRESETS)[number]

/** Graphs of loudness over time, as JSON. */
export const WAVEFORM_PRESETS = ['overview'] as const

/** One of {@link WAVEFORM_PRESETS}. */
export type WaveformPreset = (typeof WAVEFORM_PRESETS)[number]

/**
 * The largest width or height of an image variant, in pixels: the limit of WebP, so that `format` may change freely.
 */
export const MAX_IMAGE_DIMENSION = 16_383

/**
 * An image made from an image. EXIF orientation is applied, colour is converted to sRGB, and EXIF, GPS and XMP are
 * dropped.
 */
export interface ImageRecipe {
  /** The kind of output. @default 'image' */
  readonly kind?: 'image' | undefined
  /**
   * `fit` keeps the aspect ratio inside the box and never enlarges. `fill` covers the box exactly by padding to it with
   * `background`. `crop` covers the box exactly by cutting around `position`. `crop` needs both dimensions, the others
   * at least one.
   */
  readonly mode: ImageMode
  /** Pixels, 1 to 16,383. */
  readonly width?: number | undefined
  /** Pixels, 1 to 16,383. */
  readonly height?: number | undefined
  /** The format of the output. @default 'jpeg' */
  readonly format?: ImageFormat | undefined
  /**
   * 1 to 100. A PNG of quality 100 is lossless; below that it has a palette.
   * @default 80 for jpeg and webp, 50 for avif, 100 for png
   */
  readonly quality?: number | undefined
  /**
   * How hard the encoder tries to save bytes: 0 to 6 for webp, 0 to 9 for png (its compression level) and avif; jpeg
   * has no such setting. AVIF at 2 is 6.5 times faster than at its encoder's own default of 4, for 2 % more bytes;
   * WebP at 2 is 1.5 times faster than at 4, for 3 % more bytes.
   * @default 4 for webp, 6 for png, 2 for avif
   */
  readonly effort?: number | undefined
  /**
   * Only for `crop`: the part to keep.
   * @default 'centre'
   */
  readonly position?: CropPosition | undefined
  /**
   * Only for `fill`, and for `jpeg`, which flattens transparency onto it: `#rgb`, `#rgba`, `#rrggbb` or `#rrggbbaa`;
   * opaque for `jpeg`.
   * @default '#ffffff'
   */
  readonly background?: string | undefined
  /**
   * Keeps the source's colour space and its ICC profile instead of converting to sRGB.
   * @default false
   */
  readonly keepIcc?: boolean | undefined
  /**
   * Only for `webp`, and not with `entropy` or `attention`: an animated source stays animated. Otherwise only its first
   * frame is used.
   * @default false
   */
  readonly animated?: boolean | undefined
}

/** An image made from a video, or (a poster) from the cover of an audio file: JPEG. The AV lane makes it. */
export interface AvImageRecipe {
  /** The kind of output. */
  readonly kind: 'image'
  /** The preset to use. */
  readonly preset: AvImagePreset
}

/** A video made from a video: MP4. */
export interface VideoRecipe {
  /** The kind of output. */
  readonly kind: 'video'
  /** The preset to use. */
  readonly preset: VideoPreset
  /**
   * Puts the index first, so that playback begins before the file is complete.
   * @default true
   */
  readonly faststart?: boolean | undefined
}

/** Sound made from audio, or from the sound of a video. */
export interface AudioRecipe {
  /** The kind of output. */
  readonly kind: 'audio'
  /** The preset to use. */
  readonly preset: AudioPreset
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

/** Peaks of audio, or of the sound of a video: JSON. */
export interface WaveformRecipe {
  /** The kind of output. */
  readonly kind: 'waveform'
  /** The preset to use. */
  readonly preset: WaveformPreset
}
