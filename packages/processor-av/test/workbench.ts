import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Processor, type Recipe, RindleError, type SourceFile } from '@rindle/core'
import { normalizeRecipe, type ProcessedOutput, type ProcessRequest, type VariantOutcome } from '@rindle/core/adapter'
import { temporaryDirectory } from './clips.ts'
import { INSTALLER } from './installer-lane.ts'

export const LIMITS = { maxPixels: 100_000_000 }

/** Names what is to be made. */
export type Recipes = Readonly<Record<string, Recipe>>

export const VIDEO: Recipe = { kind: 'video', preset: 'web_720p' }
export const POSTER: Recipe = { kind: 'image', preset: 'video_poster_scene' }
export const STRIP: Recipe = { kind: 'image', preset: 'video_thumbnail_strip' }
export const M4A: Recipe = { kind: 'audio', preset: 'm4a_128k' }
export const MP3: Recipe = { kind: 'audio', preset: 'mp3_128k' }
export const WAVEFORM: Recipe = { kind: 'waveform', preset: 'overview' }

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
export async function make(processor: Processor, source: SourceFile, recipe: Recipe): Promise<ProcessedOutput> {
  const outcome = (await outcomesOf(processor, source, { only: recipe })).get('only')
  if (outcome === undefined) throw new Error('The variant had no outcome.')
  if ('error' in outcome) throw outcome.error
  return outcome.output
}

/** Has one variant made, which must fail. */
export async function failure(
  processor: Processor,
  source: SourceFile,
  recipe: Recipe,
  overrides: Partial<ProcessRequest> = {},
): Promise<RindleError> {
  const outcome = (await outcomesOf(processor, source, { only: recipe }, overrides)).get('only')
  if (outcome === undefined || !('error' in outcome)) throw new Error(`No error: ${JSON.stringify(outcome)}.`)
  if (!(outcome.error instanceof RindleError)) throw outcome.error
  return outcome.error
}

/** What ffprobe says of a file, by itself. */
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
