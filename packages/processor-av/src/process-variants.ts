import { join } from 'node:path'
import {
  isRindleError,
  outputExtension,
  type ProcessedOutput,
  type ProcessRequest,
  RindleError,
  recipeCapability,
  type VariantRequest,
} from '@rindle/core'
import { throwIfCancelled } from './cancellation.ts'
import { assertWithinLimits } from './limits.ts'
import { makeVariant } from './make-variant.ts'
import { mediaInput } from './media-input.ts'
import { type KnownFacts, readMedia } from './read-media.ts'
import type { RunContext } from './run-context.ts'

/** The work of `Processor.process`: see the port for what it promises. */
export async function processVariants(request: ProcessRequest, context: RunContext): Promise<void> {
  throwIfCancelled(request.signal)
  const facts = await factsOrError(request, context)
  for (const variant of request.variants) {
    throwIfCancelled(request.signal)
    await request.onOutcome(await outcomeOf(variant, request, facts, context))
  }
}

// What is wrong with the source is wrong for each of its variants.
async function factsOrError(request: ProcessRequest, context: RunContext): Promise<KnownFacts | Error> {
  try {
    const { facts } = await readMedia(mediaInput(request.source), context)
    assertWithinLimits(facts, request.source.contentType, request.limits)
    return facts
  } catch (error) {
    throwIfCancelled(request.signal)
    return asRindleError(error)
  }
}

async function outcomeOf(
  { name, recipe }: VariantRequest,
  request: ProcessRequest,
  facts: KnownFacts | Error,
  context: RunContext,
): Promise<{ name: string; output: ProcessedOutput } | { name: string; error: Error }> {
  if (facts instanceof Error) return { name, error: facts }
  try {
    if ('format' in recipe) throw notMine(name, recipeCapability(recipe))
    const path = join(request.directory, `${name}${outputExtension(recipe)}`)
    const input = mediaInput(request.source)
    const progress = monotone((percent) => request.onProgress(name, percent))
    const work = { name, input, facts, path, maxPixels: request.limits.maxPixels, context, onProgress: progress }
    const output = await makeVariant(recipe, work)
    request.onProgress(name, 100)
    return { name, output }
  } catch (error) {
    // The port's word: aborted work rejects, and has no outcome.
    throwIfCancelled(request.signal)
    return { name, error: asRindleError(error) }
  }
}

/** Percent that only grow, and say 100 only when the output is verified. Pure but for what it remembers. */
function monotone(report: (percent: number) => void): (part: number) => void {
  let highest = 0
  return (part) => {
    const percent = Math.min(99, Math.floor(part * 100))
    if (percent <= highest) return
    highest = percent
    report(percent)
  }
}

function notMine(name: string, capability: string): RindleError {
  const message = `Variant ${name}: the AV processor does not make ${capability}.`
  return new RindleError('processor_capability_missing', message, { details: { capability } })
}

function asRindleError(error: unknown): RindleError {
  if (isRindleError(error)) return error
  return new RindleError('processing_failed', `Work with FFmpeg failed: ${String(error)}`, { cause: error })
}
