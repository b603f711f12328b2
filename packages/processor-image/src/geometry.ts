import type { Focus } from '@rindle/core'
import type { FormattedImage, ImageOrder } from './recipes/image-options.ts'

/** Whole pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** The result of a recipe for a picture of some size. */
export interface Target {
  /** The ratio of the picture's size to the source's; above 1 the picture is enlarged. */
  readonly scale: number
  /** The whole picture after scaling, before cropping or padding. */
  readonly picture: Size
  readonly output: Size
}

// The limits of the formats. A side that a recipe leaves open ends there: an image of 3 × 60,000 pixels has a WebP.
const MAX_SIDE: Readonly<Record<FormattedImage['format'], number>> = {
  jpeg: 65_535,
  png: 65_535,
  webp: 16_383,
  avif: 16_383,
  gif: 65_535,
  tiff: 65_535,
}

/** The size that `recipe` gives to a picture of the size of `source`, which is trimmed and turned already. Pure. */
export function targetOf(recipe: FormattedImage, source: Size): Target {
  const box: Size = {
    width: recipe.width ?? MAX_SIDE[recipe.format],
    height: recipe.height ?? MAX_SIDE[recipe.format],
  }
  if (recipe.mode === 'crop') {
    // Exact dimensions are promised, so a picture that is smaller than the box is enlarged to cover it.
    const scale = Math.max(box.width / source.width, box.height / source.height)
    const covering = scaled(source, scale)
    const picture = {
      width: Math.max(covering.width, box.width),
      height: Math.max(covering.height, box.height),
    }
    return { scale, picture, output: box }
  }
  const scale = Math.min(recipe.enlarge ? Infinity : 1, box.width / source.width, box.height / source.height)
  const picture = scaled(source, scale)
  if (recipe.mode === 'fit') return { scale, picture, output: picture }
  const output = { width: recipe.width ?? picture.width, height: recipe.height ?? picture.height }
  return { scale, picture, output }
}

/** The size of a picture that is turned by so many degrees, within which it has corners. Pure. */
export function turned({ width, height }: Size, degrees: number): Size {
  if (degrees % 180 === 0) return { width, height }
  if (degrees % 90 === 0) return { width: height, height: width }
  const angle = (degrees * Math.PI) / 180
  const sine = Math.abs(Math.sin(angle))
  const cosine = Math.abs(Math.cos(angle))
  return { width: Math.ceil(width * cosine + height * sine), height: Math.ceil(width * sine + height * cosine) }
}

/** A part of a picture, in whole pixels. */
export interface Area extends Size {
  readonly left: number
  readonly top: number
}

/**
 * The part of a scaled picture that a crop around a focus keeps: the focus is inside, and as near to its centre as the
 * picture allows. The focus is that of the upright picture before the recipe turns and mirrors it. Pure.
 */
export function areaAround(focus: Focus, recipe: ImageOrder, { picture, output }: Target): Area {
  const { x, y } = moved(focus, recipe)
  return {
    left: beginOf(x, picture.width, output.width),
    top: beginOf(y, picture.height, output.height),
    ...output,
  }
}

// By quarter turns only: a recipe with any other angle has no focus.
function moved(focus: Focus, { rotate, flip, flop }: ImageOrder): Focus {
  let { x, y } = focus
  for (let turns = rotate / 90; turns > 0; turns -= 1) [x, y] = [1 - y, x]
  return { x: flop ? 1 - x : x, y: flip ? 1 - y : y }
}

function beginOf(share: number, whole: number, part: number): number {
  return Math.min(Math.max(0, Math.round(share * whole - part / 2)), whole - part)
}

/** Whether two sizes are the same. */
export function sameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height
}

function scaled({ width, height }: Size, scale: number): Size {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
