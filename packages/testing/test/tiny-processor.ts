import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type ErrorCode, type Processor, RindleError, type SourceFile } from '@rindle/core'
import {
  defineProcessor,
  type MediaLimits,
  type OptionsOf,
  type ProbeResult,
  type ProcessedOutput,
  type ProcessRequest,
  recipeKind,
  type VariantRequest,
} from '@rindle/core/adapter'
import { z } from 'zod'

/** A picture that is a text about its making. */
export const tiny = recipeKind({
  name: 'test/tiny',
  output: 'image',
  madeBy: '@rindle/testing',
  options: z.strictObject({ width: z.int().min(1), format: z.enum(['png', 'webp']).default('png') }),
  facts: ({ format }) => ({ contentType: `image/${format}`, sources: ['image/gif'], capability: `test/${format}` }),
})
type TinyRequest = ProcessRequest<OptionsOf<typeof tiny>>

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
  return defineProcessor({
    name: 'tiny',
    recipes: [tiny],
    capabilities: new Set(['test/png', 'test/webp']),
    probes: new Set(['image/gif']),
    stop: async () => void (await Promise.allSettled(underWay)),
    async probe(source, { limits, signal }) {
      signal?.throwIfAborted()
      return readTiny(source, limits)
    },
    async thumbHash(picture, { limits, signal }) {
      signal.throwIfAborted()
      const { width, height } = await readTiny(picture, limits)
      return Buffer.from(`tiny ${width}x${height}`).toString('base64')
    },
    async process(request) {
      const work = makeAll(request)
      underWay.add(work)
      await work.finally(() => underWay.delete(work))
    },
    async *diagnose() {
      yield { id: 'tiny.version', status: 'ok', summary: 'tiny 1.0' }
    },
  })
}

async function makeAll(request: TinyRequest): Promise<void> {
  const { source, variants, limits, signal, onOutcome, onProgress } = request
  signal.throwIfAborted()
  const unfit = await readTiny(source, limits).then(
    () => null,
    (error: Error) => error,
  )
  for (const variant of variants) {
    signal.throwIfAborted()
    const { name } = variant
    if (unfit !== null) await onOutcome({ name, error: unfit })
    else {
      const output = await makeOne(variant, request)
      onProgress(name, 100)
      await onOutcome({ name, output })
    }
  }
}

async function makeOne(
  { name, recipe, contentType }: VariantRequest<OptionsOf<typeof tiny>>,
  { source, directory, signal, onProgress }: TinyRequest,
): Promise<ProcessedOutput> {
  const steps = recipe.width === SLOW_WIDTH ? SLOW_STEPS : 1
  for (let step = 1; step < steps; step += 1) {
    onProgress(name, step)
    await delay(SLOW_STEP_MS, undefined, { signal })
  }
  const path = join(directory, `${name}.${recipe.format}`)
  const bytes = Buffer.from(`${JSON.stringify(recipe)} of ${await readFile(source.path, 'utf8')}`)
  await writeFile(`${path}.part`, bytes)
  await rename(`${path}.part`, path)
  return { path, contentType: contentType ?? 'image/png', byteSize: bytes.byteLength }
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
