import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Processor, Recipe, SourceFile } from '@rindle/core'
import type { ProcessedOutput, ProcessRequest, VariantOutcome } from '@rindle/core/adapter'
import { collectOutcomes, outputOf, processRequest, type VariantRecipes } from '@rindle/testing'
import { onTestFinished } from 'vitest'
import { type PdfProcessorOptions, pdfProcessor } from '../src/index.ts'
import { pdfPageKind, pdfTextKind } from '../src/recipes/index.ts'

export const LIMITS = { maxPixels: 100_000_000 }

/** One with options, which is stopped with its test. */
export function processorWith(options: PdfProcessorOptions = {}): Processor {
  const processor = pdfProcessor(options)
  onTestFinished(() => processor.stop())
  return processor
}

/** A directory that goes with its test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-pdf-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Writes bytes as a source file. */
export async function sourceFile(bytes: Buffer): Promise<SourceFile> {
  const path = join(await temporaryDirectory(), 'original')
  await writeFile(path, bytes)
  return { path, contentType: 'application/pdf', byteSize: (await stat(path)).size }
}

/** A request for these recipes, in a directory of its own. */
export async function request(
  source: SourceFile,
  recipes: VariantRecipes,
  overrides: Partial<ProcessRequest> = {},
): Promise<ProcessRequest> {
  return processRequest([pdfPageKind, pdfTextKind], source, recipes, await temporaryDirectory(), overrides)
}

/** Has everything made, and gives every outcome by its variant's name. */
export async function outcomesOf(
  source: SourceFile,
  recipes: VariantRecipes,
  overrides: Partial<ProcessRequest> = {},
  processor: Processor = processorWith(),
): Promise<ReadonlyMap<string, VariantOutcome>> {
  return collectOutcomes(processor, await request(source, recipes, overrides))
}

/** Has one variant made, which must succeed. */
export async function make(source: SourceFile, recipe: Recipe): Promise<ProcessedOutput> {
  return outputOf((await outcomesOf(source, { only: recipe })).get('only'))
}

/** Has one variant made, which must fail. */
export async function failureOf(
  source: SourceFile,
  recipe: Recipe,
  overrides: Partial<ProcessRequest> = {},
  processor?: Processor,
): Promise<Error> {
  const outcome = (await outcomesOf(source, { only: recipe }, overrides, processor)).get('only')
  if (outcome === undefined || !('error' in outcome)) throw new Error('The variant was made.')
  return outcome.error
}
