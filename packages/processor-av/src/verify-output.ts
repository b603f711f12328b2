import { stat } from 'node:fs/promises'
import { isRindleError, RindleError } from '@rindle/core'
import type { ProcessedOutput } from '@rindle/core/adapter'
import type { Size } from './geometry.ts'
import type { MediaFacts } from './media-facts.ts'
import { ownInput } from './media-input.ts'
import { type KnownFacts, readMedia } from './read-media.ts'
import type { RunContext } from './run-context.ts'
import { nothingWritten } from './run-ffmpeg.ts'
import { isSameDuration } from './same-duration.ts'

/** The properties that an output must have. */
export interface ExpectedOutput {
  readonly contentType: string
  /** The demuxer that reads it back. */
  readonly demuxer: string
  readonly videoCodec: string | null
  readonly audioCodec: string | null
  readonly size?: Size
  readonly channels?: number
  readonly durationMs?: number
  /** How much longer it may last: the last frame has a duration of its own. */
  readonly frameMs?: number
}

/** Codes that blame the file that was read, which here is the output. */
const FILE_FAULTS = ['corrupt_media', 'unsupported_codec', 'limit_exceeded'] as const

/**
 * Reads an output back and compares it with its recipe and its source: tracks, codecs, dimensions, square and upright
 * pixels, duration within 250 ms or 1 %. Throws `output_mismatch`, which names every difference, also when the output
 * cannot be read: that is no verdict about the source. Throws `program_failed` when there is nothing to read.
 */
export async function verifyOutput(
  path: string,
  variant: string,
  expected: ExpectedOutput,
  context: RunContext,
): Promise<ProcessedOutput> {
  const byteSize = await sizeOf(path)
  if (byteSize === 0) throw nothingWritten(variant)
  const facts = await readBack(path, variant, expected, context)
  const problems = problemsWith(facts, expected)
  if (problems.length > 0) throw mismatch(variant, problems)
  return {
    path,
    contentType: expected.contentType,
    byteSize,
    ...expected.size,
    ...(expected.durationMs === undefined ? {} : { durationMs: facts.durationMs }),
  }
}

/** Returns the error for an output that does not match its recipe or its source. */
export function mismatch(variant: string, problems: readonly string[], cause?: unknown): RindleError {
  const message = `Variant ${variant} is not as expected: ${problems.join('; ')}.`
  return new RindleError('output_mismatch', message, { details: { variant, problems }, cause })
}

async function readBack(
  path: string,
  variant: string,
  { contentType, demuxer }: ExpectedOutput,
  context: RunContext,
): Promise<KnownFacts> {
  try {
    return (await readMedia(ownInput(path, contentType, demuxer), context)).facts
  } catch (error) {
    if (!FILE_FAULTS.some((code) => isRindleError(error, code))) throw error
    throw mismatch(variant, ['it cannot be read back'], error)
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

function problemsWith({ video, audio, durationMs }: MediaFacts, expected: ExpectedOutput): readonly string[] {
  const problems: string[] = []
  const codecs = { video: video?.codec ?? null, audio: audio?.codec ?? null }
  if (codecs.video !== expected.videoCodec) problems.push(`its pictures are ${codecs.video ?? 'missing'}`)
  if (codecs.audio !== expected.audioCodec) problems.push(`its sound is ${codecs.audio ?? 'missing'}`)
  if (video !== null && expected.size !== undefined) {
    const { width, height } = expected.size
    if (video.codedWidth !== width || video.codedHeight !== height) {
      problems.push(`it has ${video.codedWidth} × ${video.codedHeight} pixels instead of ${width} × ${height}`)
    }
    if (video.pixelAspect !== 1) problems.push('its pixels are not square')
    if (video.rotation !== 0) problems.push('it is marked as rotated')
  }
  if (audio !== null && expected.channels !== undefined && audio.channels !== expected.channels) {
    problems.push(`it has ${audio.channels} channels instead of ${expected.channels}`)
  }
  if (expected.durationMs !== undefined && !lastsAsLong(durationMs ?? 0, expected)) {
    problems.push(`it lasts ${durationMs ?? 0} ms instead of ${expected.durationMs} ms`)
  }
  return problems
}

/** Whether an output lasts as long as expected, or by less than a frame longer. Pure. */
export function lastsAsLong(
  actualMs: number,
  { durationMs = 0, frameMs = 0 }: Pick<ExpectedOutput, 'durationMs' | 'frameMs'>,
): boolean {
  return isSameDuration(actualMs, durationMs) || (actualMs > durationMs && actualMs - frameMs <= durationMs)
}
