import { join } from 'node:path'
import {
  outputExtension,
  type ProcessRequest,
  RindleError,
  type VariantOutcome,
  type VariantRequest,
} from '@rindle/core'
import type { Sharp } from 'sharp'
import { throwIfCancelled } from './cancellation.ts'
import { type DecodePlan, decodedBytes, type PlannedVariant, planDecodes } from './decode-plan.ts'
import { Deliveries } from './deliveries.ts'
import { mapError } from './map-error.ts'
import { readHeader, type SourceFacts } from './read-header.ts'
import { type Base, type DecodeInput, decodeBase, renderFromBase, renderFromSource } from './render.ts'
import { runOnFreeSlots } from './run-on-free-slots.ts'
import { verifyOutput } from './verify-output.ts'
import type { WorkGate } from './work-gate.ts'

/** What the work on one request needs besides the request. */
export interface WorkContext {
  readonly gate: WorkGate
  readonly timeoutSeconds: number
  readonly acceptedTypes: ReadonlySet<string>
}

interface Task {
  readonly variant: PlannedVariant
  readonly step: 'decode' | 'encode'
  readonly render: () => Promise<Sharp>
}

/** The work of `Processor.process`: see the port for what it promises. */
export async function processVariants(request: ProcessRequest, context: WorkContext): Promise<void> {
  throwIfCancelled(request.signal)
  const deliveries = new Deliveries(request.onOutcome)
  try {
    const facts = await factsOrOutcomes(request, context, deliveries)
    if (facts !== null) await makeAll(request, context, facts, deliveries)
  } finally {
    // The caller removes the directory as soon as this ends, so nothing may be on its way any more.
    await deliveries.settle()
  }
}

// What is wrong with the source is wrong for each of its variants.
async function factsOrOutcomes(
  request: ProcessRequest,
  context: WorkContext,
  deliveries: Deliveries,
): Promise<SourceFacts | null> {
  try {
    const { facts } = await readHeader(request.source, request.limits, context.acceptedTypes)
    return facts
  } catch (error) {
    const failure = mapError(error, { step: 'read', contentType: request.source.contentType })
    for (const { name } of request.variants) await deliveries.begin({ name, error: failure })
    return null
  }
}

async function makeAll(
  request: ProcessRequest,
  { gate, timeoutSeconds }: WorkContext,
  facts: SourceFacts,
  deliveries: Deliveries,
): Promise<void> {
  const plan = planDecodes(facts, await imageVariants(request.variants, deliveries), request.limits)
  for (const refused of plan.refused) await deliveries.begin(refused)
  if (plan.chained.length + plan.direct.length === 0) return
  const input: DecodeInput = { source: request.source, facts, limits: request.limits, timeoutSeconds }
  const release = await gate.enter(decodedBytes(facts, plan), request.signal)
  try {
    using base = await decodeOrOutcomes(plan, input, deliveries, request.signal)
    if (base === null && plan.base !== null) return
    const tasks = tasksOf(plan, input, base)
    await runOnFreeSlots(tasks, gate, async (task) => {
      throwIfCancelled(request.signal)
      const outcome = await makeOne(task, request.directory, facts)
      throwIfCancelled(request.signal)
      await deliveries.begin(outcome)
    })
  } finally {
    release()
  }
}

async function imageVariants(
  variants: readonly VariantRequest[],
  deliveries: Deliveries,
): Promise<Pick<PlannedVariant, 'name' | 'recipe'>[]> {
  const mine: Pick<PlannedVariant, 'name' | 'recipe'>[] = []
  for (const { name, recipe } of variants) {
    if ('mode' in recipe) {
      mine.push({ name, recipe })
      continue
    }
    const message = `Variant ${name}: the image processor makes images from images only.`
    await deliveries.begin({ name, error: new RindleError('processor_capability_missing', message) })
  }
  return mine
}

// `null`: there is none, or it could not be made. Bytes that cannot be decoded for the chain cannot be for the others.
async function decodeOrOutcomes(
  plan: DecodePlan,
  input: DecodeInput,
  deliveries: Deliveries,
  signal: AbortSignal,
): Promise<Base | null> {
  try {
    return plan.base && (await decodeBase(input, plan.base))
  } catch (error) {
    throwIfCancelled(signal)
    const variants = [...plan.chained, ...plan.direct].map(({ name }) => name)
    const failure = mapError(error, { step: 'decode', contentType: input.facts.contentType, variants })
    for (const name of variants) await deliveries.begin({ name, error: failure })
    return null
  }
}

function tasksOf(plan: DecodePlan, input: DecodeInput, base: Base | null): readonly Task[] {
  const chained = (base === null ? [] : plan.chained).map(
    (variant): Task => ({
      variant,
      step: 'encode',
      render: async () => renderFromBase(base as Base, variant, input.timeoutSeconds),
    }),
  )
  const direct = plan.direct.map(
    (variant): Task => ({
      variant,
      step: 'decode',
      render: () => renderFromSource(input, variant),
    }),
  )
  return [...chained, ...direct]
}

async function makeOne(
  { variant, step, render }: Task,
  directory: string,
  facts: SourceFacts,
): Promise<VariantOutcome> {
  const { name, recipe } = variant
  const path = join(directory, `${name}${outputExtension(recipe)}`)
  try {
    const pipeline = await render()
    await pipeline.toFile(path)
    return { name, output: await verifyOutput(path, variant, facts) }
  } catch (error) {
    return { name, error: mapError(error, { step, contentType: facts.contentType, variants: [name] }) }
  }
}
