import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Processor, Recipe } from '@rindle/core'
import { readRecipe } from '@rindle/core/adapter'
import { avProcessor, inspectFfmpeg } from '@rindle/processor-av'
import type { AvVariants } from './setup.ts'

/** One run of ffmpeg. */
export interface FfmpegRun {
  readonly program: string
  readonly arguments: readonly string[]
}

/**
 * Makes each variant of a clip alone, or all together, and returns the runs of ffmpeg that this took: the program, and
 * Rindle's arguments. The outputs are in `directory`.
 */
export async function recordRuns(
  clip: string,
  variants: AvVariants,
  directory: string,
  isTogether: boolean,
): Promise<readonly FfmpegRun[]> {
  await mkdir(directory)
  const { ffmpeg, ffprobe } = await inspectFfmpeg()
  const log = join(directory, 'runs')
  const recorder = join(directory, 'ffmpeg')
  await writeFile(recorder, recording(ffmpeg.path, log))
  await chmod(recorder, 0o755)
  const processor = avProcessor({ ffmpegPath: recorder, ffprobePath: ffprobe.path })
  const source = { path: clip, contentType: 'video/mp4', byteSize: (await stat(clip)).size }
  const requested = Object.entries(variants).map(([name, recipe]) => ({
    name,
    recipe: optionsOf(processor, recipe),
    contentType: recipe.facts.contentType,
  }))
  for (const each of isTogether ? [requested] : requested.map((one) => [one])) {
    await processor.process({
      source,
      variants: each,
      limits: { maxPixels: 100_000_000 },
      directory,
      signal: new AbortController().signal,
      onOutcome: async (outcome) => {
        if ('error' in outcome) throw outcome.error
        await rm(outcome.output.path)
      },
      onProgress: () => {},
    })
  }
  const runs = (await readFile(log, 'utf8')).split('\0\0').filter((run) => run !== '')
  return runs.map((run) => ({ program: ffmpeg.path, arguments: run.split('\0') }))
}

function optionsOf({ recipes }: Processor, { form, kind }: Recipe): unknown {
  const read = readRecipe(recipes, form)
  if (read === undefined || !('options' in read)) throw new Error(`The processor does not read a recipe of ${kind}.`)
  return read.options
}

// Questions about the program itself are not work. No argument is empty, so two zeros end a run.
function recording(program: string, log: string): string {
  return `#!/bin/sh
case "$*" in
*-version | *-encoders | *-filters | *-muxers) ;;
*) { printf '%s\\0' "$@"; printf '\\0'; } >> '${log}' ;;
esac
exec '${program}' "$@"
`
}
