import { join } from 'node:path'
import { extensionFor, type ProcessRequest, type VariantOutcome } from '@rindle/core/adapter'
import { applicationFiles } from './application-files.ts'
import { throwIfCancelled } from './cancellation.ts'
import { type DecodePlan, decodedBytes, type PlannedVariant, planDecodes } from './decode-plan.ts'
import { DecoderEnded } from './decoder-process.ts'
import { Deliveries } from './deliveries.ts'
import { ImageDecoding } from './image-decoding.ts'
import { mapError } from './map-error.ts'
import { type HeaderContext, readHeader } from './read-header.ts'
import { IMAGE_FORMAT_FACTS } from './recipes/formats.ts'
import type { ImageOrder } from './recipes/image-options.ts'
import { runOnFreeSlots } from './run-on-free-slots.ts'
import type { SourceFacts } from './source-facts.ts'
import { verifyOutput } from './verify-output.ts'
import type { WorkGate } from './work-gate.ts'

/** Work for the image processor. */
type ImageRequest = ProcessRequest<ImageOrder>

/** The dependencies of the work on one request. */
export interface WorkContext extends HeaderContext {
  readonly gate: WorkGate
  readonly timeoutSeconds: number
}

interface Task {
  readonly variant: PlannedVariant
  readonly step: 'decode' | 'encode'
}

/** Does the work of `Processor.process`: see the port for its promises. */
export async function processVariants(request: ImageRequest, context: WorkContext): Promise<void> {
  throwIfCancelled(request.signal)
  const deliveries = new Deliveries(request.onOutcome, request.signal)
  try {
    const facts = await factsOrOutcomes(request, context, deliveries)
    if (facts !== null) await makeAll(request, context, facts, deliveries)
  } finally {
    // The caller removes the directory as soon as this ends, so no output may still be written.
    await deliveries.settle()
  }
}

// A problem of the source fails each of its variants.
async function factsOrOutcomes(
  request: ImageRequest,
  context: WorkContext,
  deliveries: Deliveries,
): Promise<SourceFacts | null> {
  try {
    const { facts } = await readHeader(request, context)
    return facts
  } catch (error) {
    throwIfCancelled(request.signal)
    const failure = mapError(error, { step: 'read', contentType: request.source.contentType })
    for (const { name } of request.variants) await deliveries.begin({ name, error: failure })
    return null
  }
}

async function makeAll(
  request: ImageRequest,
  { gate, timeoutSeconds, decoders }: WorkContext,
  facts: SourceFacts,
  deliveries: Deliveries,
): Promise<void> {
  const { source, limits, signal } = request
  const plan = planDecodes(facts, request.variants, limits, request.siblings)
  for (const refused of plan.refused) await deliveries.begin(refused)
  if (plan.chained.length + plan.direct.length === 0) return
  const release = await gate.enter(decodedBytes(facts, plan), signal)
  try {
    const input = { source, facts, limits, timeoutSeconds }
    using decoding = new ImageDecoding(decoders, { input, base: plan.base, signal })
    if (!(await decodedOrOutcomes(decoding, plan, request, deliveries))) return
    await makeEach(plan, { request, facts, decoding, deliveries, gate })
  } finally {
    release()
  }
}

// If bytes cannot be decoded for the chain, they cannot be decoded for the others.
async function decodedOrOutcomes(
  decoding: ImageDecoding,
  plan: DecodePlan,
  { source, signal }: ImageRequest,
  deliveries: Deliveries,
): Promise<boolean> {
  try {
    await decoding.begin()
    return true
  } catch (error) {
    throwIfCancelled(signal)
    const variants = [...plan.chained, ...plan.direct].map(({ name }) => name)
    const failure = mapError(error, { step: 'decode', contentType: source.contentType, variants })
    for (const name of variants) await deliveries.begin({ name, error: failure })
    return false
  }
}

interface Making {
  readonly request: ImageRequest
  readonly facts: SourceFacts
  readonly decoding: ImageDecoding
  readonly deliveries: Deliveries
  readonly gate: WorkGate
}

// If a process dies while it makes several variants, each of them is made again alone: so only the variant that caused
// the crash fails.
async function makeEach(plan: DecodePlan, making: Making): Promise<void> {
  const { deliveries, gate, request } = making
  const suspects: Task[] = []
  const make = async (task: Task, isAlone: boolean): Promise<void> => {
    throwIfCancelled(request.signal)
    const outcome = await makeOne(task, making, isAlone)
    throwIfCancelled(request.signal)
    if (outcome === null) suspects.push(task)
    else await deliveries.begin(outcome)
  }
  await runOnFreeSlots(tasksOf(plan), gate, (task) => make(task, false))
  for (const task of suspects) await make(task, true)
}

function tasksOf({ chained, direct }: DecodePlan): readonly Task[] {
  return [
    ...chained.map((variant): Task => ({ variant, step: 'encode' })),
    ...direct.map((variant): Task => ({ variant, step: 'decode' })),
  ]
}

// `null`: the process died while it made others, too.
async function makeOne(
  task: Task,
  { request, facts, decoding }: Making,
  isAlone: boolean,
): Promise<VariantOutcome | null> {
  const { variant, step } = task
  const { name, recipe } = variant
  const path = join(request.directory, `${name}${extensionFor(IMAGE_FORMAT_FACTS[recipe.format].contentType)}`)
  try {
    const order = { variant, path, files: applicationFiles(variant) }
    const rendered = step === 'encode' ? await decoding.renderFromBase(order) : await decoding.renderFromSource(order)
    return { name, output: verifyOutput(rendered, { path, variant, facts }) }
  } catch (error) {
    if (!isAlone && error instanceof DecoderEnded && error.isSuspect) return null
    return { name, error: mapError(error, { step, contentType: facts.contentType, variants: [name] }) }
  }
}
