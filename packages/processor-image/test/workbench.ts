import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Processor, Recipe, SourceFile } from '@rindle/core'
import type { ProcessedOutput, ProcessRequest, VariantOutcome } from '@rindle/core/adapter'
import { collectOutcomes, outputOf, processRequest, recipeOptions, type VariantRecipes } from '@rindle/testing'
import type { Sharp } from 'sharp'
import { onTestFinished } from 'vitest'
import { type ImageProcessorOptions, imageProcessor } from '../src/index.ts'
import { type ImageOptions, imageKind, type NormalImage } from '../src/recipes/index.ts'

export const LIMITS = { maxPixels: 100_000_000 }

/** One with every option at its default, for all files of a test worker: its processes are started once, and end with it. */
export const PROCESSOR: Processor = imageProcessor()

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

/** Writes a file of the application, as it stands beside a configuration. */
export async function applicationFile(name: string, content: Buffer | string): Promise<URL> {
  const path = join(await temporaryDirectory(), name)
  await writeFile(path, content)
  return pathToFileURL(path)
}

/** Writes bytes, or the result of a pipeline, as a source file of that content type. */
export async function sourceFile(contentType: string, content: Sharp | Buffer | string): Promise<SourceFile> {
  const path = join(await temporaryDirectory(), 'original')
  const bytes = typeof content === 'string' || Buffer.isBuffer(content) ? content : await content.toBuffer()
  await writeFile(path, bytes)
  return { path, contentType, byteSize: (await stat(path)).size }
}

/** The options that the processor gets for a recipe with these. */
export function normalImage(options: ImageOptions): NormalImage {
  return recipeOptions([imageKind], imageKind(options)) as NormalImage
}

/** A request for these recipes, in a directory of its own. */
export async function request(
  source: SourceFile,
  recipes: VariantRecipes,
  overrides: Partial<ProcessRequest> = {},
): Promise<ProcessRequest> {
  return processRequest([imageKind], source, recipes, await temporaryDirectory(), overrides)
}

/** Has everything made, and gives every outcome by its variant's name. */
export async function outcomesOf(
  processor: Processor,
  source: SourceFile,
  recipes: VariantRecipes,
  overrides: Partial<ProcessRequest> = {},
): Promise<ReadonlyMap<string, VariantOutcome>> {
  return collectOutcomes(processor, await request(source, recipes, overrides))
}

/** Has one variant made, which must succeed. */
export async function make(
  source: SourceFile,
  recipe: Recipe,
  processor: Processor = PROCESSOR,
): Promise<ProcessedOutput> {
  return outputOf((await outcomesOf(processor, source, { only: recipe })).get('only'))
}
