import type { ImageFormat } from './formats.ts'

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

/**
 * The largest width or height of an image variant, in pixels: the limit of WebP, so that `format` may change freely.
 */
export const MAX_IMAGE_DIMENSION = 16_383

/** Options of every image recipe. */
export interface EncodeOptions {
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
   * The colour behind the picture, for mode `fill` and for `jpeg`, which flattens transparency onto it: `#rgb`, `#rgba`,
   * `#rrggbb` or `#rrggbbaa`; opaque for `jpeg`.
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

/** Options of a crop. */
export interface CropOptions extends EncodeOptions {
  /** The part to keep. @default 'centre' */
  readonly position?: CropPosition | undefined
}

/** Options of an image within or on a box of a given width. */
export interface BoxByWidth extends EncodeOptions {
  /**
   * `fit` keeps the aspect ratio inside the box and never enlarges. `fill` covers the box exactly by padding to it with
   * `background`.
   */
  readonly mode: 'fit' | 'fill'
  /** Pixels, 1 to 16,383. */
  readonly width: number
  /** Pixels, 1 to 16,383. @default as the width makes it */
  readonly height?: number | undefined
}

/** Options of an image within or on a box of a given height. */
export interface BoxByHeight extends EncodeOptions {
  /** As in {@link BoxByWidth}. */
  readonly mode: 'fit' | 'fill'
  /** Pixels, 1 to 16,383. @default as the height makes it */
  readonly width?: number | undefined
  /** Pixels, 1 to 16,383. */
  readonly height: number
}

/** Options of an image that covers its box exactly, by cutting around `position`. */
export interface Crop extends CropOptions {
  readonly mode: 'crop'
  /** Pixels, 1 to 16,383. */
  readonly width: number
  /** Pixels, 1 to 16,383. */
  readonly height: number
}

/**
 * Options of an image made from an image. EXIF orientation is applied, colour is converted to sRGB, and EXIF, GPS and
 * XMP are dropped.
 */
export type ImageOptions = BoxByWidth | BoxByHeight | Crop

/** {@link ImageOptions} with every default filled in; what does not apply to the mode or format holds its default. */
export type NormalImage = {
  readonly mode: ImageMode
  readonly width: number | null
  readonly height: number | null
  readonly format: ImageFormat
  readonly quality: number
  readonly effort: number
  readonly position: CropPosition
  /** `#rrggbbaa`, lower-case. */
  readonly background: string
  readonly keepIcc: boolean
  readonly animated: boolean
}
