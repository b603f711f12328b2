import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type ErrorCode, type Processor, RindleError, type SourceFile } from '@rindle/core'
import {
  type MediaLimits,
  outputContentType,
  outputExtension,
  type ProbeResult,
  type ProcessedOutput,
  type ProcessRequest,
  recipeCapability,
  type VariantRequest,
} from '@rindle/core/adapter'

const CAPABILITIES: ReadonlySet<string> = new Set(['image/png', 'image/webp'])

/** What the tiny format says of itself in its only line. */
const HEADER = /^tiny (\d+)x(\d+) (\d+)ms\n$/

/** A picture of {@link SLOW_WIDTH} takes two seconds; no other takes any time. */
export const SLOW_WIDTH = 4000
const SLOW_STEPS = 20
const SLOW_STEP_MS = 100

/**
 * A sound processor of a format that nobody has: one line that tells dimensions and a duration. Its pictures are texts
 * that tell how they were made.
 */
export function tinyProcessor(): Processor {
  const underWay = new Set<Promise<void>>()
  return {
    name: 'tiny',
    capabilities: CAPABILITIES,
    probes: new Set(['image/gif']),
    start: async () => {},
    stop: async () => void (await Promise.allSettled(underWay)),
    async probe(source, { limits, signal }) {
      signal?.throwIfAborted()
      return readTiny(source, limits)
    },
    async process(request) {
      const work = makeAll(request)
      underWay.add(work)
      await work.finally(() => underWay.delete(work))
    },
    async *diagnose() {
      yield { id: 'tiny.version', status: 'ok', summary: 'tiny 1.0' }
    },
  }
}

async function makeAll(request: ProcessRequest): Promise<void> {
  const { source, variants, limits, signal, onOutcome, onProgress } = request
  signal.throwIfAborted()
  const unfit = await readTiny(source, limits).then(
    () => null,
    (error: Error) => error,
  )
  for (const variant of variants) {
    signal.throwIfAborted()
    const { name, recipe } = variant
    if (unfit !== null) await onOutcome({ name, error: unfit })
    else if (!CAPABILITIES.has(recipeCapability(recipe))) await onOutcome({ name, error: notMine(name) })
    else {
      const output = await makeOne(variant, request)
      onProgress(name, 100)
      await onOutcome({ name, output })
    }
  }
}

async function makeOne(
  { name, recipe }: VariantRequest,
  { source, directory, signal, onProgress }: ProcessRequest,
): Promise<ProcessedOutput> {
  const steps = 'width' in recipe && recipe.width === SLOW_WIDTH ? SLOW_STEPS : 1
  for (let step = 1; step < steps; step += 1) {
    onProgress(name, step)
    await delay(SLOW_STEP_MS, undefined, { signal })
  }
  const path = join(directory, `${name}${outputExtension(recipe)}`)
  const bytes = Buffer.from(`${JSON.stringify(recipe)} of ${await readFile(source.path, 'utf8')}`)
  await writeFile(`${path}.part`, bytes)
  await rename(`${path}.part`, path)
  return { path, contentType: outputContentType(recipe), byteSize: bytes.byteLength }
}

async function readTiny({ path }: SourceFile, limits: MediaLimits): Promise<ProbeResult> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new RindleError('variant_source_not_found', 'The file is not there.', { cause })
  })
  const [width, height, durationMs] = (HEADER.exec(text) ?? []).slice(1).map(Number)
  if (width === undefined || height === undefined || durationMs === undefined) throw refusal('corrupt_media')
  if (width * height > limits.maxPixels) throw refusal('limit_exceeded')
  if (durationMs > (limits.maxDurationMs ?? durationMs)) throw refusal('limit_exceeded')
  return { kind: 'image', width, height, durationMs }
}

function refusal(code: ErrorCode): RindleError {
  return new RindleError(code, 'The tiny file is not fit.')
}

function notMine(name: string): RindleError {
  return new RindleError('processor_capability_missing', `The tiny processor does not make ${name}.`)
}
