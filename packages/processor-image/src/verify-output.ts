import { RindleError } from '@rindle/core'
import type { ProcessedOutput } from '@rindle/core/adapter'
import type { PlannedVariant } from './decode-plan.ts'
import type { Rendered } from './decoder/orders.ts'
import type { Picture } from './decoder/picture.ts'
import type { Size } from './geometry.ts'
import { IMAGE_FORMAT_FACTS } from './recipes/formats.ts'
import type { SourceFacts } from './source-facts.ts'

/** The origin of an output. */
export interface Origin {
  readonly path: string
  readonly variant: PlannedVariant
  readonly facts: SourceFacts
}

/**
 * Compares an output that was read back with its recipe: format, dimensions, depth, colour profile, the duration of an
 * animation, its limit of bytes, and nothing left of the source's metadata but a wanted copyright. `output_mismatch` names every difference. Pure.
 */
export function verifyOutput({ picture, byteSize, size }: Rendered, { path, variant, facts }: Origin): ProcessedOutput {
  const { width, height } = size ?? variant.target.output
  const problems = [...shapeProblems(picture, variant, { width, height }), ...metadataProblems(picture, variant)]
  if (!keepsTime(picture, variant, facts)) problems.push('the animation has another duration than its source')
  problems.push(...bytesProblems(byteSize, variant))
  if (problems.length > 0) {
    const message = `Variant ${variant.name} does not match its recipe: ${problems.join('; ')}.`
    throw new RindleError('output_mismatch', message, { details: { variant: variant.name, problems } })
  }
  return { path, contentType: IMAGE_FORMAT_FACTS[variant.recipe.format].contentType, byteSize, width, height }
}

function shapeProblems(picture: Picture, { recipe, is16Bit }: PlannedVariant, { width, height }: Size): string[] {
  const problems: string[] = []
  if (picture.contentType !== IMAGE_FORMAT_FACTS[recipe.format].contentType)
    problems.push(`its type is ${picture.contentType}`)
  if (picture.width !== width || picture.height !== height) {
    problems.push(`it has ${picture.width} × ${picture.height} pixels instead of ${width} × ${height}`)
  }
  if ((picture.depth === 'ushort') !== is16Bit) problems.push(`its depth is ${picture.depth}`)
  return problems
}

function metadataProblems(picture: Picture, { keepsProfile, recipe }: PlannedVariant): string[] {
  // The decoder writes these anew, with a copyright alone.
  const allowed: readonly string[] = recipe.metadata === 'copyright' ? ['exif', 'xmp'] : []
  const problems = picture.extras.filter((kind) => !allowed.includes(kind)).map((kind) => `it carries ${kind}`)
  const hasProfile = keepsProfile || recipe.colourSpace === 'p3'
  if (picture.hasProfile !== hasProfile) problems.push(`it has ${hasProfile ? 'no' : 'a'} colour profile`)
  return problems
}

function bytesProblems(byteSize: number, { recipe: { maxBytes } }: PlannedVariant): string[] {
  if (maxBytes === null || byteSize <= maxBytes) return []
  return [
    `it has ${byteSize} bytes at the lowest quality, and its maxBytes is ${maxBytes}; raise that, or make it smaller`,
  ]
}

// The encoder merges equal neighbours into one frame that is shown longer, or into a still if all are equal: their
// number may differ, their duration may not.
function keepsTime(picture: Picture, variant: PlannedVariant, facts: SourceFacts): boolean {
  if (variant.frames === 1) return picture.pages === 1
  if (picture.delaysMs === null) return true
  // A GIF counts in hundredths of a second.
  const tolerance = variant.recipe.format === 'gif' ? facts.frames * 5 : 0
  return Math.abs(totalMs(picture.delaysMs) - totalMs(facts.delaysMs)) <= tolerance
}

// A delay of up to 10 ms means that none was chosen: libvips, like every browser, shows such a frame for 100 ms.
function totalMs(delaysMs: readonly number[]): number {
  return delaysMs.reduce((total, delayMs) => total + (delayMs <= 10 ? 100 : delayMs), 0)
}
