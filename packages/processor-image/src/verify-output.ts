import { readFile } from 'node:fs/promises'
import { outputContentType, type ProcessedOutput, RindleError } from '@rindle/core'
import sharp, { type Metadata } from 'sharp'
import type { PlannedVariant } from './decode-plan.ts'
import type { SourceFacts } from './read-header.ts'

/**
 * Reads back what was written and compares it with what its recipe promises: format, dimensions, depth, colour
 * profile, the time an animation takes, and nothing of the source's metadata. `output_mismatch` names every difference.
 */
export async function verifyOutput(
  path: string,
  variant: PlannedVariant,
  facts: SourceFacts,
): Promise<ProcessedOutput> {
  // From memory: the loader of files may be off for this format, which only says what sources may be.
  const bytes = await readFile(path)
  const metadata = await sharp(bytes, { limitInputPixels: false }).metadata()
  const problems = [...shapeProblems(metadata, variant), ...metadataProblems(metadata, variant)]
  if (!keepsTime(metadata, variant, facts)) problems.push('the animation takes another time than its source')
  if (problems.length > 0) {
    throw new RindleError(
      'output_mismatch',
      `Variant ${variant.name} is not what it should be: ${problems.join('; ')}.`,
      {
        details: { variant: variant.name, problems },
      },
    )
  }
  const { width, height } = variant.target.output
  return { path, contentType: outputContentType(variant.recipe), byteSize: bytes.byteLength, width, height }
}

function shapeProblems(metadata: Metadata, { recipe, target, is16Bit }: PlannedVariant): string[] {
  const problems: string[] = []
  if (metadata.mediaType !== outputContentType(recipe)) problems.push(`its type is ${metadata.mediaType}`)
  const { width, height } = target.output
  if (metadata.width !== width || metadata.height !== height) {
    problems.push(`it has ${metadata.width} × ${metadata.height} pixels instead of ${width} × ${height}`)
  }
  if ((metadata.depth === 'ushort') !== is16Bit) problems.push(`its depth is ${metadata.depth}`)
  return problems
}

function metadataProblems(metadata: Metadata, { keepsProfile }: PlannedVariant): string[] {
  const leftovers = (['exif', 'xmp', 'iptc', 'comments', 'gainMap'] as const).filter(
    (kind) => metadata[kind] !== undefined,
  )
  const problems = leftovers.map((kind) => `it carries ${kind}`)
  if (metadata.hasProfile !== keepsProfile) problems.push(`it has ${keepsProfile ? 'no' : 'a'} colour profile`)
  return problems
}

// The encoder merges equal neighbours into one frame that is shown longer, or into a still when all are equal: their
// number may differ, their time may not.
function keepsTime(metadata: Metadata, variant: PlannedVariant, facts: SourceFacts): boolean {
  if (variant.frames === 1) return (metadata.pages ?? 1) === 1
  if (metadata.delay === undefined) return true
  return totalMs(metadata.delay) === totalMs(facts.delaysMs)
}

// A delay of up to 10 ms means none was chosen: libvips, like every browser, shows such a frame for 100 ms.
function totalMs(delaysMs: readonly number[]): number {
  return delaysMs.reduce((total, delayMs) => total + (delayMs <= 10 ? 100 : delayMs), 0)
}
