import { RindleError } from '@rindle/core'
import type { DamageReader } from './damage-reader.ts'
import { ffmpegArguments, type InputSettings, type OutputSettings } from './ffmpeg-arguments.ts'
import { optionList } from './ffmpeg-options.ts'
import { requireParts } from './inspect-build.ts'
import { type FailedStep, nothingDecoded, runFailure } from './map-error.ts'
import type { MediaInput } from './media-input.ts'
import { ProgressReader } from './progress-reader.ts'
import type { RunContext } from './run-context.ts'
import { NO_FILE_BYTES, runProgram } from './run-program.ts'

/** One run of ffmpeg. */
export interface FfmpegRun {
  readonly input: MediaInput
  readonly settings: InputSettings
  readonly outputs: readonly OutputSettings[]
  /** The maximum size of each file; more is a failure. Absent when the run writes only to standard output. */
  readonly maxFileBytes?: number
  /** The most pixels of a picture that it may decode. */
  readonly maxPixels: number
  /** The variant's name, for messages. */
  readonly variant: string
  /** Receives the seconds of output so far when FFmpeg reports them; uses standard output, as `onOutput` does. */
  readonly onProgress?: (seconds: number) => void
  /** Receives standard output. */
  readonly onOutput?: (chunk: Buffer) => void
  /** Receives messages, and looks for damage in them. */
  readonly damage?: DamageReader
}

/**
 * Runs ffmpeg and returns its last messages. Throws the errors of `runProgram` and `runFailure`, `program_not_found`,
 * and `processor_capability_missing` for a build that lacks an encoder.
 */
export async function runFfmpeg(run: FfmpegRun, context: RunContext): Promise<string> {
  const { config, toolchain, directory, signal } = context
  const build = await toolchain.ffmpeg()
  requireParts(build, { encoders: encodersOf(run.outputs) })
  const { threads } = config
  const options = { threads, max_pixels: run.maxPixels, ...run.settings.options }
  const outputs = run.outputs.map((output) => ({ ...output, options: { threads, ...output.options } }))
  const global = { filter_threads: threads, ...(run.onProgress === undefined ? {} : { progress: 'pipe:1' }) }
  const args = [...optionList(global), ...ffmpegArguments(run.input, { ...run.settings, options }, outputs)]
  const end = await runProgram(
    { program: build.path, arguments: args },
    {
      limits: { ...config, maxFileBytes: run.maxFileBytes ?? NO_FILE_BYTES },
      directory,
      ...(signal === undefined ? {} : { signal }),
      onOutput: outputReader(run),
      onMessages: (text) => run.damage?.read(text),
    },
  )
  if (end.exitCode === 0) return end.messages
  throw runFailure(end, failedStep(run))
}

/** Throws when the messages of a run say that it had nothing to encode; see `nothingDecoded`. Pure. */
export function assertDecoded(messages: string, run: Pick<FfmpegRun, 'input' | 'variant' | 'outputs'>): void {
  const error = nothingDecoded(messages, failedStep(run))
  if (error !== null) throw error
}

/** Whether a run had something to encode. Pure. */
export function hasDecoded(messages: string, run: Pick<FfmpegRun, 'input' | 'variant' | 'outputs'>): boolean {
  return nothingDecoded(messages, failedStep(run)) === null
}

function failedStep({ input, variant, outputs }: Pick<FfmpegRun, 'input' | 'variant' | 'outputs'>): FailedStep {
  const paths = outputs.map(({ target }) => target).filter((target) => target !== '-')
  return { program: 'ffmpeg', step: 'make', input, variant, outputs: paths }
}

function outputReader({ onProgress, onOutput }: FfmpegRun): (chunk: Buffer) => boolean {
  if (onProgress !== undefined) {
    const reader = new ProgressReader(onProgress)
    return (chunk) => reader.read(chunk)
  }
  return (chunk) => {
    onOutput?.(chunk)
    return true
  }
}

/** The encoders that outputs need. Pure. */
export function encodersOf(outputs: readonly OutputSettings[]): readonly string[] {
  return outputs
    .flatMap(({ video, audio, subtitles }) => [video?.codec, audio?.codec, subtitles])
    .filter((codec) => codec !== undefined)
}

/** Returns the error for an output that FFmpeg reports as made but did not write. */
export function nothingWritten(variant: string): RindleError {
  return new RindleError('program_failed', `FFmpeg succeeded but wrote nothing for ${variant}.`, {
    details: { variant },
  })
}
