import type { Focus, JsonObject } from '@rindle/core'
import { type EffectOptions, OVERLAY_PLACES, type OverlayPlace, type TransformFile } from './effect-options.ts'
import type { CHROMA, EncodeOptions } from './encode-options.ts'
import type { ImageFormat, OutputFormat } from './formats.ts'

/** The ways to fit an image into its box. */
export const IMAGE_MODES = ['fit', 'fill', 'crop'] as const

/** One of {@link IMAGE_MODES}. */
export type ImageMode = (typeof IMAGE_MODES)[number]

/**
 * The part that a crop keeps: a place; the region that a measure finds most telling; or `focal`, the focus of the asset
 * (`rindle.setFocus`), which is inside the crop and as near to its centre as the picture allows. Without a focus,
 * `focal` is `attention`, and in an animation `centre`.
 */
export const CROP_POSITIONS: readonly [...typeof OVERLAY_PLACES, 'entropy', 'attention', 'focal'] = [
  ...OVERLAY_PLACES,
  'entropy',
  'attention',
  'focal',
]

/** One of {@link CROP_POSITIONS}. */
export type CropPosition = (typeof CROP_POSITIONS)[number]

/**
 * The largest width or height of an image variant, in pixels: the limit of WebP, so that `format` may change freely.
 */
export const MAX_IMAGE_DIMENSION = 16_383

/** Options of every image recipe: those of the picture and those of its encoder. */
export interface PictureOptions extends EffectOptions, EncodeOptions {}

/** Options of a picture in or on a box. */
export interface BoxOptions extends PictureOptions {
  /** Enlarges a picture that is smaller than the box: it gets soft, not detailed. @default false */
  readonly enlarge?: boolean | undefined
}

/** Options of a crop. */
export interface CropOptions extends PictureOptions {
  /** The part to keep; `focal` is around the focus of the asset. @default 'centre' */
  readonly position?: CropPosition | undefined
}

interface Transformed {
  /** A function of the application, applied last. See {@link Image.transform}. @default none */
  readonly transform?: TransformFile | undefined
}

/**
 * Options of `image.transform`. With `mode: 'crop'`, width and height are needed; without any of the two, the function
 * gets the picture in its own size.
 */
export interface TransformOptions extends PictureOptions, Pick<TransformFile, 'sha256' | 'options'> {
  /** How the picture is fitted into the box that the function gets. @default 'fit' */
  readonly mode?: ImageMode | undefined
  /** Pixels, 1 to 16,383, of what the function gets. @default as the height makes it */
  readonly width?: number | undefined
  /** Pixels, 1 to 16,383, of what the function gets. @default as the width makes it */
  readonly height?: number | undefined
  /** Only for mode `crop`. @default 'centre' */
  readonly position?: CropPosition | undefined
  /** Only for modes `fit` and `fill`. @default false */
  readonly enlarge?: boolean | undefined
}

/** Options of an image within or on a box of a given width. */
export interface BoxByWidth extends BoxOptions, Transformed {
  /**
   * `fit` keeps the aspect ratio inside the box. `fill` covers the box exactly by padding to it with
   * `background`.
   */
  readonly mode: 'fit' | 'fill'
  /** Pixels, 1 to 16,383. */
  readonly width: number
  /** Pixels, 1 to 16,383. @default as the width makes it */
  readonly height?: number | undefined
}

/** Options of an image within or on a box of a given height. */
export interface BoxByHeight extends BoxOptions, Transformed {
  /** As in {@link BoxByWidth}. */
  readonly mode: 'fit' | 'fill'
  /** Pixels, 1 to 16,383. @default as the height makes it */
  readonly width?: number | undefined
  /** Pixels, 1 to 16,383. */
  readonly height: number
}

/** Options of an image that covers its box exactly, by cutting around `position`. */
export interface Crop extends CropOptions, Transformed {
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

/** {@link OverlayOptions} with every default filled in: its bytes stand for the file. */
export type NormalOverlay = {
  readonly sha256: string
  readonly place: OverlayPlace
  readonly margin: number
  readonly scale: number | null
  readonly opacity: number
  readonly tile: boolean
}

/** {@link TransformFile} with every default filled in: its bytes stand for the file. */
export type NormalTransform = { readonly sha256: string; readonly options: JsonObject }

/** {@link ImageOptions} with every default filled in; what does not apply to the mode or format holds its default. */
export type NormalImage = {
  readonly mode: ImageMode
  readonly width: number | null
  readonly height: number | null
  readonly format: OutputFormat
  /** `null`: the default of the format that the source decides. */
  readonly quality: number | null
  /** `null`: the default of the format that the source decides. */
  readonly effort: number | null
  readonly position: CropPosition
  /** `#rrggbbaa`, lower-case. */
  readonly background: string
  readonly keepIcc: boolean
  readonly animated: boolean
  readonly enlarge: boolean
  readonly trim: number | false
  /** Degrees clockwise, from 0 to below 360. */
  readonly rotate: number
  readonly flip: boolean
  readonly flop: boolean
  readonly grayscale: boolean
  readonly blur: number | null
  readonly sharpen: boolean | number
  /** `#rrggbbaa`, lower-case. */
  readonly tint: string | null
  readonly overlay: NormalOverlay | null
  readonly radius: number | 'circle'
  readonly progressive: boolean
  readonly chroma: (typeof CHROMA)[number] | null
  readonly lossless: boolean
  readonly metadata: 'none' | 'copyright'
  readonly colourSpace: 'srgb' | 'p3'
  readonly maxBytes: number | null
  readonly transform: NormalTransform | null
}

/** What to make of one asset: its recipe, and its focus if the recipe uses that and there is one. */
export type ImageOrder = NormalImage & { readonly assetFocus?: Focus }

/** An order for a source whose format is known. */
export type FormattedImage = ImageOrder & {
  readonly format: ImageFormat
  readonly quality: number
  readonly effort: number
}
