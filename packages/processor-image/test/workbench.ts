import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ImageRecipe, type Processor, RindleError, type SourceFile } from '@rindle/core'
import { normalizeRecipe, type ProcessedOutput, type ProcessRequest, type VariantOutcome } from '@rindle/core/adapter'
import type { Sharp } from 'sharp'
import { afterAll, onTestFinished } from 'vitest'
import { type ImageProcessorOptions, imageProcessor } from '../src/index.ts'

export const LIMITS = { maxPixels: 100_000_000 }

/** One with every option at its default, for all tests of a file: its processes are started once. */
export const PROCESSOR: Processor = imageProcessor()
afterAll(() => PROCESSOR.stop())

/** One with options, which is stopped with its test. */
export function processorWith(options: ImageProcessorOptions): Processor {
  const processor = imageProcessor(options)
  onTestFinished(() => processor.stop())
  return processor
}

/** A directory that goes with its test. */
async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-image-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Writes bytes, or what a pipeline makes, as a source file of that content type. */
export async function sourceFile(contentType: string, content: Sharp | Buffer | string): Promise<SourceFile> {
  const path = join(await temporaryDirectory(), 'original')
  const bytes = typeof content === 'string' || Buffer.isBuffer(content) ? content : await content.toBuffer()
  await writeFile(path, bytes)
  return { path, contentType, byteSize: (await stat(path)).size }
}

/** Names what is to be made. */
export type Recipes = Readonly<Record<string, ImageRecipe>>

/** A request for these recipes, in a directory of its own. */
export async function request(
  source: SourceFile,
  recipes: Recipes,
  overrides: Partial<ProcessRequest> = {},
): Promise<ProcessRequest> {
  const directory = join(await temporaryDirectory(), 'outputs')
  await mkdir(directory)
  return {
    source,
    variants: Object.entries(recipes).map(([name, recipe]) => ({ name, recipe: normalizeRecipe(recipe) })),
    limits: LIMITS,
    directory,
    signal: new AbortController().signal,
    onOutcome: async () => {},
    onProgress: () => {},
    ...overrides,
  }
}

/** Has everything made, and gives every outcome by its variant's name. */
export async function outcomesOf(
  processor: Processor,
  source: SourceFile,
  recipes: Recipes,
  overrides: Partial<ProcessRequest> = {},
): Promise<Map<string, VariantOutcome>> {
  const outcomes = new Map<string, VariantOutcome>()
  const onOutcome = async (outcome: VariantOutcome): Promise<void> => {
    if (outcomes.has(outcome.name)) throw new Error(`Two outcomes for ${outcome.name}.`)
    outcomes.set(outcome.name, outcome)
  }
  await processor.process(await request(source, recipes, { onOutcome, ...overrides }))
  return outcomes
}

/** Has one variant made, which must succeed. */
export async function make(
  source: SourceFile,
  recipe: ImageRecipe,
  processor: Processor = PROCESSOR,
): Promise<ProcessedOutput> {
  const outcome = (await outcomesOf(processor, source, { only: recipe })).get('only')
  if (outcome === undefined) throw new Error('The variant had no outcome.')
  if ('error' in outcome) throw outcome.error
  return outcome.output
}

/** The error of an outcome that must be one. */
export function errorOf(outcome: VariantOutcome | undefined): RindleError {
  if (outcome === undefined || !('error' in outcome)) throw new Error(`No error: ${JSON.stringify(outcome)}.`)
  if (!(outcome.error instanceof RindleError)) throw outcome.error
  return outcome.error
}
