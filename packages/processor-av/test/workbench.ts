import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Processor, Recipe, RindleError, SourceFile } from '@rindle/core'
import type { ProcessedOutput, ProcessRequest, VariantOutcome } from '@rindle/core/adapter'
import { collectOutcomes, errorOf, outputOf, processRequest, type VariantRecipes } from '@rindle/testing'
import { AV_KINDS } from '../src/make-variant.ts'
import { audio, poster, strip, video, waveform } from '../src/recipes/index.ts'
import { temporaryDirectory } from './clips.ts'
import { INSTALLER } from './installer-lane.ts'

export const LIMITS = { maxPixels: 100_000_000 }

export const VIDEO: Recipe = video.mp4({ height: 720 })
export const POSTER: Recipe = poster()
export const STRIP: Recipe = strip()
export const M4A: Recipe = audio.aac()
export const MP3: Recipe = audio.mp3()
export const WAVEFORM: Recipe = waveform()

/** Returns a request for these recipes, in a directory of its own. */
export async function request(
  source: SourceFile,
  recipes: VariantRecipes,
  overrides: Partial<ProcessRequest> = {},
): Promise<ProcessRequest> {
  return processRequest(AV_KINDS, source, recipes, await temporaryDirectory(), overrides)
}

/** Makes every variant, and returns the outcomes by variant name. */
export async function outcomesOf(
  processor: Processor,
  source: SourceFile,
  recipes: VariantRecipes,
  overrides: Partial<ProcessRequest> = {},
): Promise<ReadonlyMap<string, VariantOutcome>> {
  return collectOutcomes(processor, await request(source, recipes, overrides))
}

/** Makes one variant, which must succeed. */
export async function make(processor: Processor, source: SourceFile, recipe: Recipe): Promise<ProcessedOutput> {
  return outputOf((await outcomesOf(processor, source, { only: recipe })).get('only'))
}

/** Makes one variant, which must fail, and returns its error. */
export async function failure(
  processor: Processor,
  source: SourceFile,
  recipe: Recipe,
  overrides: Partial<ProcessRequest> = {},
): Promise<RindleError> {
  return errorOf((await outcomesOf(processor, source, { only: recipe }, overrides)).get('only'))
}

/** Makes variants together and each of them alone, and returns the names of those whose bytes differ. */
export async function differentAlone(
  processor: Processor,
  source: SourceFile,
  recipes: VariantRecipes,
): Promise<readonly string[]> {
  const together = await outcomesOf(processor, source, recipes)
  const different: string[] = []
  for (const [name, recipe] of Object.entries(recipes)) {
    const beside = await readFile(outputOf(together.get(name)).path)
    const alone = await readFile((await make(processor, source, recipe)).path)
    if (!alone.equals(beside)) different.push(name)
  }
  return different
}

/** ffprobe's own report on a file. */
export interface Inspected {
  readonly streams: readonly Record<string, string | number | undefined>[]
  readonly format: { readonly duration: string; readonly bit_rate: string; readonly tags?: Record<string, string> }
  readonly chapters: readonly unknown[]
}

/** Asks ffprobe about a file. */
export async function inspect(path: string): Promise<Inspected> {
  const args = ['-v', 'error', '-show_streams', '-show_format', '-show_chapters', '-print_format', 'json', path]
  const { stdout } = await promisify(execFile)(INSTALLER.programs.ffprobePath, args)
  return JSON.parse(stdout) as Inspected
}
