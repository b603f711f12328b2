import type { Recipe } from '@rindle/core'
import { imageKind } from './image-kind.ts'
import type { CropOptions, EncodeOptions, ImageOptions } from './image-options.ts'

/**
 * The image recipes. Every width and height is in pixels, 1 to 16,383. EXIF orientation is applied, colour is converted
 * to sRGB, and EXIF, GPS and XMP are dropped.
 */
// A plain object: editors would list a function's own members first.
export interface Image {
  /** Covers the box exactly, by cutting around `position`. */
  readonly crop: (width: number, height: number, options?: CropOptions) => Recipe<'image'>
  /**
   * Keeps the aspect ratio inside the box, and never enlarges. Without a height, or with `null` for one of the two, the
   * other dimension alone is the limit.
   */
  readonly fit: (width: number | null, height?: number | null, options?: EncodeOptions) => Recipe<'image'>
  /** As {@link Image.fit}, then pads to the box with `background`. */
  readonly fill: (width: number | null, height?: number | null, options?: EncodeOptions) => Recipe<'image'>
  /** The same from one object with `mode`, as earlier versions had it in profiles: with the same digest. */
  readonly from: (options: ImageOptions) => Recipe<'image'>
}

/** The image recipes. See {@link Image}. Each returns a plain value for the `variants` of a profile, and never throws. */
export const image: Image = {
  crop: (width, height, options) => imageKind({ ...options, mode: 'crop', width, height }),
  fit: (width, height, options) => imageKind(boxed('fit', width, height, options)),
  fill: (width, height, options) => imageKind(boxed('fill', width, height, options)),
  from: (options) => imageKind(options),
}

function boxed(
  mode: 'fit' | 'fill',
  width: number | null,
  height: number | null = null,
  options: EncodeOptions = {},
): ImageOptions {
  // The kind refuses a box without any dimension, with its path.
  return { ...options, mode, width, height } as ImageOptions
}
