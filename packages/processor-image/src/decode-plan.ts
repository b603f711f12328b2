import { type JsonObject, RindleError } from '@rindle/core'
import type { MediaLimits } from '@rindle/core/adapter'
import { type Size, type Target, targetOf, turned } from './geometry.ts'
import { formatFor } from './output-format.ts'
import type { FormattedImage, ImageOrder } from './recipes/image-options.ts'
import type { SourceFacts } from './source-facts.ts'

/** A variant that can be made, and the properties of its output. */
export interface PlannedVariant {
  readonly name: string
  readonly recipe: FormattedImage
  /** Of the whole picture, turned. What is trimmed or transformed has the size that it turns out to have. */
  readonly target: Target
  /** How many frames of the source it shows. */
  readonly frames: number
  /** Whether the output carries the source's ICC profile. */
  readonly keepsProfile: boolean
  /** Whether the output has 16 bits per channel. */
  readonly is16Bit: boolean
}

/** A variant that cannot be made from this source. */
export interface RefusedVariant {
  readonly name: string
  readonly error: RindleError
}

/**
 * How to make the variants of one source. The chain is one decode, shrunk on load, to raw sRGB pixels of size `base`,
 * and every one of `chained` is made from those pixels: that takes a fifth less time than a decode for each, at the
 * same quality. Variants that those pixels do not suit are `direct`: each has a decode of its own. Both lists begin
 * with the largest output.
 */
export interface DecodePlan {
  /** `null` if nothing is chained. */
  readonly base: Size | null
  readonly chained: readonly PlannedVariant[]
  readonly direct: readonly PlannedVariant[]
  readonly refused: readonly RefusedVariant[]
}

/**
 * Decides how to make `variants` from a source with these facts, within `limits`. The base has the size that it has
 * when `siblings` are made, too, so a variant's bytes do not depend on the other variants of its request. Pure.
 */
export function planDecodes(
  facts: SourceFacts,
  variants: readonly { readonly name: string; readonly recipe: ImageOrder }[],
  limits: MediaLimits,
  siblings: readonly ImageOrder[] = [],
): DecodePlan {
  const chained: PlannedVariant[] = []
  const direct: PlannedVariant[] = []
  const refused: RefusedVariant[] = []
  for (const { name, recipe } of variants) {
    const variant = planVariant(facts, name, recipe)
    const error = refusalOf(facts, variant, limits)
    if (error !== null) refused.push({ name, error })
    else if (needsOwnDecode(facts, variant)) direct.push(variant)
    else chained.push(variant)
  }
  const largestFirst = (a: PlannedVariant, b: PlannedVariant): number => area(b.target.output) - area(a.target.output)
  return {
    base: chained.length === 0 ? null : baseOf(facts, [...chained, ...chainedSiblings(facts, siblings, limits)]),
    chained: chained.toSorted(largestFirst),
    direct: direct.toSorted(largestFirst),
    refused,
  }
}

function chainedSiblings(
  facts: SourceFacts,
  siblings: readonly ImageOrder[],
  limits: MediaLimits,
): readonly PlannedVariant[] {
  return siblings
    .map((recipe) => planVariant(facts, 'sibling', recipe))
    .filter((variant) => refusalOf(facts, variant, limits) === null && !needsOwnDecode(facts, variant))
}

// 4 channels of 8 bits. libheif and its AV1 decoder together were measured at 19 bytes.
const BYTES_PER_PIXEL = 4
const AVIF_BYTES_PER_PIXEL = 20
// What libheif holds in its WebAssembly memory, the pixels that leave it, and a copy of those with their profile.
const ADDED_BYTES_PER_PIXEL = 12
// 4 channels of 16 bits, both as decoded and as kept.
const WHOLE_BYTES_PER_PIXEL = 16

/**
 * The most memory, in bytes, that a plan may need: the whole decoded source, or the largest output if that is larger.
 * Much of it never exists at the same time, because most decoders hand out rows. Pure.
 */
export function decodedBytes(facts: SourceFacts, plan: DecodePlan): number {
  const variants = [...plan.chained, ...plan.direct]
  const frames = Math.max(1, ...variants.map((variant) => variant.frames))
  const pixels = facts.addedDecoder?.pixels ?? area(facts) * frames
  const decoded = decodedBytesPerPixel(facts) * (facts.is16Bit ? 2 : 1)
  const copies = variants.some(({ recipe }) => isReshaped(recipe)) ? BYTES_PER_PIXEL : 0
  const perPixel = decoded + (isWhole(facts) ? WHOLE_BYTES_PER_PIXEL : 0) + copies
  const outputs = variants.map(({ target, frames: shown }) => area(target.output) * shown * BYTES_PER_PIXEL)
  return Math.max(pixels * perPixel, ...outputs)
}

function decodedBytesPerPixel(facts: SourceFacts): number {
  if (facts.addedDecoder !== null) return ADDED_BYTES_PER_PIXEL
  return isHeif(facts) ? AVIF_BYTES_PER_PIXEL : BYTES_PER_PIXEL
}

function planVariant(facts: SourceFacts, name: string, given: ImageOrder): PlannedVariant {
  const recipe = formatFor(given, facts)
  return {
    name,
    recipe,
    target: targetOf(recipe, turned(facts, recipe.rotate)),
    frames: recipe.animated && isAnimation(recipe) ? facts.frames : 1,
    // A profile of another space would be attached to pixels that are already RGB.
    keepsProfile: recipe.keepIcc && facts.profileSpace === 'RGB',
    // A PNG of quality 100 is lossless, so it also keeps the depth; below that it has a palette of 8 bits.
    is16Bit: facts.is16Bit && isDeep(recipe),
  }
}

function isAnimation({ format }: FormattedImage): boolean {
  return format === 'webp' || format === 'gif'
}

// Changed pixels have 8 bits: an overlay, for one, has no more.
function isDeep(recipe: FormattedImage): boolean {
  const { format, quality, colourSpace, grayscale, blur, sharpen, tint, overlay, radius, transform } = recipe
  const isLossless = format === 'tiff' || (format === 'png' && quality === 100)
  const isChanged = grayscale || sharpen !== false || radius !== 0 || isReshaped(recipe)
  const isPainted = blur !== null || tint !== null || overlay !== null || transform !== null
  return isLossless && colourSpace === 'srgb' && !isChanged && !isPainted
}

// Its size depends on its pixels, or it has new corners.
function isReshaped({ trim, rotate }: FormattedImage): boolean {
  return trim !== false || rotate % 90 !== 0
}

function needsOwnDecode(facts: SourceFacts, variant: PlannedVariant): boolean {
  const { recipe, target } = variant
  if (variant.frames > 1 || variant.keepsProfile || variant.is16Bit) return true
  // The base has lost the colours that sRGB lacks.
  if (recipe.colourSpace === 'p3') return true
  // The edges would depend on the size of the base, and a small part of the picture may fill the box.
  if (isReshaped(recipe)) return true
  // The place of the highest entropy moves by some percent of the picture with the size at which it is measured, so it
  // would depend on the other variants. The centre of attention does not move; a focus is a share of the picture.
  if (recipe.mode === 'crop' && recipe.position === 'entropy') return true
  // The chain can only enlarge pixels; a drawing can be drawn larger.
  return facts.isVector && target.scale > 1
}

// The smallest picture that no chained variant has to enlarge, unless the source itself is too small.
function baseOf(facts: SourceFacts, chained: readonly PlannedVariant[]): Size | null {
  const [first, ...others] = chained
  if (first === undefined) return null
  const { target, recipe } = others.reduce(
    (largest, next) => (next.target.scale > largest.target.scale ? next : largest),
    first,
  )
  // The base is not turned.
  return target.scale < 1 ? turned(target.picture, recipe.rotate) : { width: facts.width, height: facts.height }
}

function refusalOf(facts: SourceFacts, variant: PlannedVariant, { maxPixels }: MediaLimits): RindleError | null {
  const { name, target, frames, recipe } = variant
  const details = { variant: name, contentType: facts.contentType, frames }
  // A side that is left open grows with the other one.
  if (recipe.enlarge && target.scale > 1 && area(target.output) * frames > maxPixels) {
    const message = `Variant ${name} would be enlarged to more pixels than the ${maxPixels} of the limit. Give it both sides.`
    return new RindleError('limit_exceeded', message, { details: { ...details, maxPixels } })
  }
  if (frames === 1) return null
  if (facts.orientation !== 1) return unmovable(name, details)
  // A crop may enlarge every one of tens of thousands of tiny frames.
  if (area(target.output) * frames <= maxPixels) return null
  const message = `Variant ${name} would have ${frames} frames with more pixels in all than the ${maxPixels} of the limit.`
  return new RindleError('limit_exceeded', message, { details: { ...details, maxPixels } })
}

function unmovable(name: string, details: JsonObject): RindleError {
  const message =
    `Variant ${name} is declared with animated: true, but sharp cannot turn the frames of an animation that has an EXIF ` +
    'orientation. Upload one that is stored upright.'
  return new RindleError('unsupported_codec', message, { details })
}

// Whether all of its pixels are in memory before sharp gets them.
function isWhole({ contentType, correction }: SourceFacts): boolean {
  return (
    correction !== null || contentType === 'image/bmp' || contentType === 'image/x-icon' || contentType === 'image/apng'
  )
}

function isHeif({ contentType }: SourceFacts): boolean {
  return contentType === 'image/avif' || contentType === 'image/heif' || contentType === 'image/heic'
}

function area({ width, height }: Size): number {
  return width * height
}
