import type { Recipe, RecipeFamily } from '@rindle/core'
import { imageKind } from './image-kind.ts'
import type { BoxOptions, CropOptions, ImageOptions, TransformOptions } from './image-options.ts'
import { type ResponsiveOptions, responsive } from './responsive.ts'

/**
 * The image recipes. Every width and height is in pixels, 1 to 16,383. EXIF orientation is applied, colour is converted
 * to sRGB, and EXIF, GPS and XMP are dropped.
 */
// A plain object: editors would list a function's own members first.
export interface Image {
  /** Covers the box exactly, by cutting around `position`. */
  readonly crop: (width: number, height: number, options?: CropOptions) => Recipe<'image'>
  /**
   * Keeps the aspect ratio inside the box, and enlarges only with `enlarge`. Without a height, or with `null` for one of the two, the
   * other dimension alone is the limit.
   */
  readonly fit: (width: number | null, height?: number | null, options?: BoxOptions) => Recipe<'image'>
  /** As {@link Image.fit}, then pads to the box with `background`. */
  readonly fill: (width: number | null, height?: number | null, options?: BoxOptions) => Recipe<'image'>
  /**
   * Applies a function of the application, the default export of that module: `new URL('./stamp.ts', import.meta.url)`.
   * It gets the picture after every other option, and then the format's encoder gets what it returns. It runs in the
   * decoder process, without secrets: if it throws, hangs or crashes, that variant alone fails. The module's bytes and
   * its `options` are part of the digest; the modules that it imports are not. See `ImageTransform`.
   */
  readonly transform: (module: URL | string, options?: TransformOptions) => Recipe<'image'>
  /**
   * A family: the same picture in several widths and formats, from which a page takes the one that fits. Each is a
   * variant, named by the family, the width and the format: `hero_w640_avif`. Without `ratio` it is made as
   * {@link Image.fit} would, with it as {@link Image.crop} would.
   */
  readonly responsive: (options: ResponsiveOptions) => RecipeFamily
  /** The same from one object with `mode`, as earlier versions had it in profiles: with the same digest. */
  readonly from: (options: ImageOptions) => Recipe<'image'>
}

/** The image recipes. See {@link Image}. Each returns a plain value for the `variants` of a profile, and never throws. */
export const image: Image = {
  crop: (width, height, options) => imageKind({ ...options, mode: 'crop', width, height }),
  fit: (width, height, options) => imageKind(boxed('fit', width, height, options)),
  fill: (width, height, options) => imageKind(boxed('fill', width, height, options)),
  transform: (module, given) => {
    const { options, sha256, ...picture }: TransformOptions = given ?? {}
    return imageKind({ mode: 'fit', ...picture, transform: { file: module, sha256, options } } as ImageOptions)
  },
  responsive,
  from: (options) => imageKind(options),
}

function boxed(
  mode: 'fit' | 'fill',
  width: number | null,
  height: number | null = null,
  options: BoxOptions = {},
): ImageOptions {
  // The kind refuses a box without any dimension, with its path.
  return { ...options, mode, width, height } as ImageOptions
}
