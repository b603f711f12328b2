import { RindleError } from '@rindle/core'
import type { ProcessedOutput } from '@rindle/core/adapter'
import type { PlannedVariant } from './decode-plan.ts'
import type { Rendered } from './decoder/orders.ts'
import type { Picture } from './decoder/picture.ts'
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
 * animation, and nothing left of the source's metadata. `output_mismatch` names every difference. Pure.
 */
export function verifyOutput({ picture, byteSize }: Rendered, { path, variant, facts }: Origin): ProcessedOutput {
  const problems = [...shapeProblems(picture, variant), ...metadataProblems(picture, variant)]
  if (!keepsTime(picture, variant, facts)) problems.push('the animation has another duration than its source')
  if (problems.length > 0) {
    const message = `Variant ${variant.name} does not match its recipe: ${problems.join('; ')}.`
    throw new RindleError('output_mismatch', message, { details: { variant: variant.name, problems } })
  }
  const { width, height } = variant.target.output
  return { path, contentType: IMAGE_FORMAT_FACTS[variant.recipe.format].contentType, byteSize, width, height }
}

function shapeProblems(picture: Picture, { recipe, target, is16Bit }: PlannedVariant): string[] {
  const problems: string[] = []
  if (picture.contentType !== IMAGE_FORMAT_FACTS[recipe.format].contentType)
    problems.push(`its type is ${picture.contentType}`)
  const { width, height } = target.output
  if (picture.width !== width || picture.height !== height) {
    problems.push(`it has ${picture.width} × ${picture.height} pixels instead of ${width} × ${height}`)
  }
  if ((picture.depth === 'ushort') !== is16Bit) problems.push(`its depth is ${picture.depth}`)
  return problems
}

function metadataProblems(picture: Picture, { keepsProfile }: PlannedVariant): string[] {
  const problems = picture.extras.map((kind) => `it carries ${kind}`)
  if (picture.hasProfile !== keepsProfile) problems.push(`it has ${keepsProfile ? 'no' : 'a'} colour profile`)
  return problems
}

// The encoder merges equal neighbours into one frame that is shown longer, or into a still if all are equal: their
// number may differ, their duration may not.
function keepsTime(picture: Picture, variant: PlannedVariant, facts: SourceFacts): boolean {
  if (variant.frames === 1) return picture.pages === 1
  if (picture.delaysMs === null) return true
  return totalMs(picture.delaysMs) === totalMs(facts.delaysMs)
}

// A delay of up to 10 ms means that none was chosen: libvips, like every browser, shows such a frame for 100 ms.
function totalMs(delaysMs: readonly number[]): number {
  return delaysMs.reduce((total, delayMs) => total + (delayMs <= 10 ? 100 : delayMs), 0)
}
