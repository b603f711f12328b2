import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Processor, Recipe, SourceFile } from '@rindle/core'
import type { ProcessRequest, VariantOutcome } from '@rindle/core/adapter'
import { type ImageProcessorOptions, imageProcessor } from '@rindle/processor-image'
import { image, imageKind } from '@rindle/processor-image/recipes'
import { collectOutcomes, outputOf, processRequest, type VariantRecipes } from '@rindle/testing'
import sharp from 'sharp'
import { afterAll, onTestFinished } from 'vitest'
import { heic } from '../src/index.ts'

/** The usual limit of a profile. */
export const LIMITS = { maxPixels: 100_000_000 }

/** One for all tests of a file: its processes are started once. */
export const PROCESSOR: Processor = imageProcessor({ decoders: [heic()] })
afterAll(() => PROCESSOR.stop())

/** One with options, which is stopped with its test. */
export function processorWith(options: ImageProcessorOptions): Processor {
  const processor = imageProcessor({ decoders: [heic()], ...options })
  onTestFinished(() => processor.stop())
  return processor
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-heic-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Writes bytes as a source file, which goes with its test. */
export async function sourceFile(bytes: Buffer, contentType = 'image/heic'): Promise<SourceFile> {
  const path = join(await temporaryDirectory(), 'original')
  await writeFile(path, bytes)
  return { path, contentType, byteSize: bytes.byteLength }
}

/** Has everything made, and gives every outcome by its variant's name. */
export async function outcomesOf(
  source: SourceFile,
  recipes: VariantRecipes,
  processor: Processor = PROCESSOR,
  overrides: Partial<ProcessRequest> = {},
): Promise<ReadonlyMap<string, VariantOutcome>> {
  return collectOutcomes(processor, processRequest([imageKind], source, recipes, await temporaryDirectory(), overrides))
}

/** Has one variant made, and gives its path. */
export async function make(source: SourceFile, recipe: Recipe, processor?: Processor): Promise<string> {
  return outputOf((await outcomesOf(source, { only: recipe }, processor)).get('only')).path
}

/** A lossless PNG of the whole picture: what the decoder has made of it. */
export const LOSSLESS: Recipe = image.fit(10_000, null, { format: 'png', quality: 100, effort: 1 })

/** The pixel at a place of a file. */
export async function pixelAt(path: string, x: number, y: number): Promise<readonly number[]> {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true })
  const at = (y * info.width + x) * info.channels
  return [...data.subarray(at, at + info.channels)]
}
