import { stat } from 'node:fs/promises'
import { RindleError } from '@rindle/core'
import type { ProcessedOutput } from '@rindle/core/adapter'
import type { Size } from './geometry.ts'
import type { MediaFacts } from './media-facts.ts'
import { ownInput } from './media-input.ts'
import { readMedia } from './read-media.ts'
import type { RunContext } from './run-context.ts'
import { nothingWritten } from './run-ffmpeg.ts'
import { isSameDuration } from './same-duration.ts'

/** What an output must be. */
export interface ExpectedOutput {
  readonly contentType: string
  /** The demuxer that reads it back. */
  readonly demuxer: string
  readonly videoCodec: string | null
  readonly audioCodec: string | null
  readonly size?: Size
  readonly channels?: number
  readonly durationMs?: number
}

/**
 * Reads back what was written and compares it with what its recipe and its source promise: tracks, codecs, dimensions,
 * square and upright pixels, duration within 250 ms or 1 %. `output_mismatch` names every difference; `ffmpeg_failed`
 * when there is nothing to read.
 */
export async function verifyOutput(
  path: string,
  variant: string,
  expected: ExpectedOutput,
  context: RunContext,
): Promise<ProcessedOutput> {
  const byteSize = await sizeOf(path)
  if (byteSize === 0) throw nothingWritten(variant)
  const { facts } = await readMedia(ownInput(path, expected.contentType, expected.demuxer), context)
  const problems = problemsWith(facts, expected)
  if (problems.length > 0) {
    const message = `Variant ${variant} is not what it should be: ${problems.join('; ')}.`
    throw new RindleError('output_mismatch', message, { details: { variant, problems } })
  }
  return {
    path,
    contentType: expected.contentType,
    byteSize,
    ...expected.size,
    ...(expected.durationMs === undefined ? {} : { durationMs: facts.durationMs }),
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
    if (video.rotation !== 0) problems.push('it asks to be turned')
  }
  if (audio !== null && expected.channels !== undefined && audio.channels !== expected.channels) {
    problems.push(`it has ${audio.channels} channels instead of ${expected.channels}`)
  }
  if (expected.durationMs !== undefined && !isSameDuration(durationMs ?? 0, expected.durationMs)) {
    problems.push(`it lasts ${durationMs ?? 0} ms instead of ${expected.durationMs} ms`)
  }
  return problems
}
