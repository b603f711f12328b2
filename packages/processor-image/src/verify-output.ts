import { RindleError } from '@rindle/core'
import { outputContentType, type ProcessedOutput } from '@rindle/core/adapter'
import type { PlannedVariant } from './decode-plan.ts'
import type { Rendered } from './decoder/orders.ts'
import type { Picture } from './decoder/read-picture.ts'
import type { SourceFacts } from './source-facts.ts'

/** What an output is of. */
export interface Origin {
  readonly path: string
  readonly variant: PlannedVariant
  readonly facts: SourceFacts
}

/**
 * Compares what was read back with what its recipe promises: format, dimensions, depth, colour profile, the time an
 * animation takes, and nothing of the source's picture. `output_mismatch` names every difference. Pure.
 */
export function verifyOutput({ picture, byteSize }: Rendered, { path, variant, facts }: Origin): ProcessedOutput {
  const problems = [...shapeProblems(picture, variant), ...metadataProblems(picture, variant)]
  if (!keepsTime(picture, variant, facts)) problems.push('the animation takes another time than its source')
  if (problems.length > 0) {
    const message = `Variant ${variant.name} is not what it should be: ${problems.join('; ')}.`
    throw new RindleError('output_mismatch', message, { details: { variant: variant.name, problems } })
  }
  const { width, height } = variant.target.output
  return { path, contentType: outputContentType(variant.recipe), byteSize, width, height }
}

function shapeProblems(picture: Picture, { recipe, target, is16Bit }: PlannedVariant): string[] {
  const problems: string[] = []
  if (picture.contentType !== outputContentType(recipe)) problems.push(`its type is ${picture.contentType}`)
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

// The encoder merges equal neighbours into one frame that is shown longer, or into a still when all are equal: their
// number may differ, their time may not.
function keepsTime(picture: Picture, variant: PlannedVariant, facts: SourceFacts): boolean {
  if (variant.frames === 1) return picture.pages === 1
  if (picture.delaysMs === null) return true
  return totalMs(picture.delaysMs) === totalMs(facts.delaysMs)
}

// A delay of up to 10 ms means none was chosen: libvips, like every browser, shows such a frame for 100 ms.
function totalMs(delaysMs: readonly number[]): number {
  return delaysMs.reduce((total, delayMs) => total + (delayMs <= 10 ? 100 : delayMs), 0)
}
