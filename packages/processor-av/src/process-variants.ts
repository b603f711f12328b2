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
import { fittingRuns } from './fitting-runs.ts'
import { assertWithinLimits } from './limits.ts'
import { type AvRecipe, makeVariant, shareableEncoding } from './make-variant.ts'
import { mediaInput } from './media-input.ts'
import type { KnownFacts } from './read-media.ts'
import type { RunContext } from './run-context.ts'
import type { SourceReports } from './source-reports.ts'
import type { VariantWork } from './variant-work.ts'
import { blameSource } from './whole-source.ts'

interface Task {
  readonly recipe: AvRecipe
  readonly work: VariantWork
}

/** Implements `Processor.process`; see the port for its contract. */
export async function processVariants(
  request: ProcessRequest<AvRecipe>,
  sources: SourceReports,
  context: RunContext,
): Promise<void> {
  throwIfCancelled(request.signal)
  const facts = await factsOrError(request, sources, context)
  const tasks: Task[] = []
  for (const variant of request.variants) {
    if (facts instanceof Error) await request.onOutcome({ name: variant.name, error: facts })
    else tasks.push({ recipe: variant.recipe, work: workOf(variant, request, facts, context) })
  }
  const made = await makeTogether(tasks, request, context)
  for (const task of tasks) {
    throwIfCancelled(request.signal)
    const { name } = task.work
    await request.onOutcome(
      made.get(name) ?? (await outcomeOf(task.work, request, () => makeVariant(task.recipe, task.work))),
    )
  }
}

// A fault of the source is a fault of each of its variants.
async function factsOrError(
  request: ProcessRequest<AvRecipe>,
  sources: SourceReports,
  context: RunContext,
): Promise<KnownFacts | Error> {
  try {
    const { facts } = await sources.read(request.source, context)
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

interface Shared {
  readonly work: VariantWork
  readonly encoding: Encoding
}

/**
 * Makes all variants that read the source in the same way, once, in a single run, which costs a quarter less than a run
 * for each: those of the whole source, and those of the same clip, as far as memory allows. If a run fails, there are no outcomes of it: each
 * variant is then made alone, so that one fault does not fail the others.
 */
async function makeTogether(
  tasks: readonly Task[],
  request: ProcessRequest<AvRecipe>,
  context: RunContext,
): Promise<ReadonlyMap<string, VariantOutcome>> {
  const outcomes = new Map<string, VariantOutcome>()
  for (const [first, ...others] of await sharedRuns(tasks, request, context.config.maxMemoryBytes)) {
    if (first === undefined || others.length === 0) continue
    const shared: readonly Shared[] = [first, ...others]
    const tell = (part: number): void => {
      for (const { work } of shared) work.onProgress(part)
    }
    try {
      await encode([first.encoding, ...others.map(({ encoding }) => encoding)], first.work, tell)
    } catch {
      throwIfCancelled(request.signal)
      continue
    }
    // At once: a program that reads a head back takes longer to start than to read.
    const verified = await Promise.all(
      shared.map(({ work, encoding }) => outcomeOf(work, request, () => verifyEncoding(encoding, context))),
    )
    for (const outcome of verified) outcomes.set(outcome.name, outcome)
  }
  return outcomes
}

/** Plans the runs that several variants may share. A variant that cannot be planned is left for its own attempt. */
async function sharedRuns(
  tasks: readonly Task[],
  request: ProcessRequest<AvRecipe>,
  maxMemoryBytes: number,
): Promise<readonly (readonly Shared[])[]> {
  const runs = new Map<string, Shared[]>()
  for (const { recipe, work } of tasks) {
    let encoding: Encoding | null
    try {
      encoding = await shareableEncoding(recipe, work)
    } catch {
      throwIfCancelled(request.signal)
      continue
    }
    if (encoding === null) continue
    const reading = JSON.stringify([encoding.isPart, encoding.settings])
    runs.set(reading, [...(runs.get(reading) ?? []), { work, encoding }])
  }
  return [...runs.values()].flatMap((run) => fittingRuns(run, maxMemoryBytes))
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
