import { join } from 'node:path'
import { isRindleError, RindleError } from '@rindle/core'
import {
  extensionFor,
  type ProcessedOutput,
  type ProcessRequest,
  type VariantOutcome,
  type VariantRequest,
} from '@rindle/core/adapter'
import { throwIfCancelled } from './cancellation.ts'
import { type Encoding, encode, verifyEncoding } from './encode.ts'
import { assertWithinLimits } from './limits.ts'
import { type AvRecipe, makeVariant, shareableEncoding } from './make-variant.ts'
import { mediaInput } from './media-input.ts'
import { type KnownFacts, readMedia } from './read-media.ts'
import type { RunContext } from './run-context.ts'
import type { VariantWork } from './variant-work.ts'
import { blameSource } from './whole-source.ts'

interface Task {
  readonly recipe: AvRecipe
  readonly work: VariantWork
}

/** Implements `Processor.process`; see the port for its contract. */
export async function processVariants(request: ProcessRequest<AvRecipe>, context: RunContext): Promise<void> {
  throwIfCancelled(request.signal)
  const facts = await factsOrError(request, context)
  const tasks: Task[] = []
  for (const variant of request.variants) {
    if (facts instanceof Error) await request.onOutcome({ name: variant.name, error: facts })
    else tasks.push({ recipe: variant.recipe, work: workOf(variant, request, facts, context) })
  }
  const made = await makeTogether(tasks, request)
  for (const task of tasks) {
    throwIfCancelled(request.signal)
    const { name } = task.work
    await request.onOutcome(
      made.get(name) ?? (await outcomeOf(task.work, request, () => makeVariant(task.recipe, task.work))),
    )
  }
}

// A fault of the source is a fault of each of its variants.
async function factsOrError(request: ProcessRequest<AvRecipe>, context: RunContext): Promise<KnownFacts | Error> {
  try {
    const { facts } = await readMedia(mediaInput(request.source), context)
    assertWithinLimits(facts, request.source.contentType, request.limits)
    return facts
  } catch (error) {
    throwIfCancelled(request.signal)
    return asRindleError(error)
  }
}

function workOf(
  { name, contentType }: VariantRequest<AvRecipe>,
  request: ProcessRequest<AvRecipe>,
  facts: KnownFacts,
  context: RunContext,
): VariantWork {
  return {
    name,
    input: mediaInput(request.source),
    facts,
    path: join(request.directory, `${name}${extensionFor(contentType ?? '')}`),
    maxPixels: request.limits.maxPixels,
    context,
    onProgress: percentOf((percent) => request.onProgress(name, percent)),
  }
}

/**
 * Makes all variants that take one pass over the source in a single run, which costs a quarter less than a run for
 * each. If that run fails, there are no outcomes: each variant is then made alone, so that one fault does not fail the
 * others.
 */
async function makeTogether(
  tasks: readonly Task[],
  request: ProcessRequest<AvRecipe>,
): Promise<ReadonlyMap<string, VariantOutcome>> {
  const outcomes = new Map<string, VariantOutcome>()
  const shared: { readonly work: VariantWork; readonly encoding: Encoding }[] = []
  try {
    for (const { recipe, work } of tasks) {
      const encoding = await shareableEncoding(recipe, work)
      if (encoding !== null) shared.push({ work, encoding })
    }
    const [first, ...others] = shared
    if (first === undefined || others.length === 0) return outcomes
    const tell = (part: number): void => {
      for (const { work } of shared) work.onProgress(part)
    }
    const encodings = shared.map(({ encoding }) => encoding)
    await encode(encodings, first.work, tell)
  } catch {
    throwIfCancelled(request.signal)
    return outcomes
  }
  for (const { work, encoding } of shared) {
    const { name, context } = work
    outcomes.set(name, await outcomeOf(work, request, () => verifyEncoding(encoding, context)))
  }
  return outcomes
}

async function outcomeOf(
  work: VariantWork,
  request: ProcessRequest<AvRecipe>,
  make: () => Promise<ProcessedOutput>,
): Promise<VariantOutcome> {
  const { name } = work
  try {
    const output = await make()
    request.onProgress(name, 100)
    return { name, output }
  } catch (error) {
    const reason = await blameSource(error, work)
    // The contract of the port: aborted work rejects, and has no outcome.
    throwIfCancelled(request.signal)
    return { name, error: asRindleError(reason) }
  }
}

/** Turns parts into percentages that only grow. Leaves 100 for the verified output, and does not report `NaN`. */
export function percentOf(report: (percent: number) => void): (part: number) => void {
  let highest = 0
  return (part) => {
    const percent = Math.min(99, Math.floor(part * 100))
    // Media without a duration have no parts.
    if (Number.isNaN(percent) || percent <= highest) return
    highest = percent
    report(percent)
  }
}

function asRindleError(error: unknown): RindleError {
  if (isRindleError(error)) return error
  return new RindleError('processing_failed', `Work with FFmpeg failed: ${String(error)}`, { cause: error })
}
