import type { Json } from '@rindle/core'
import { lastsAsLong, mismatch } from '../verify-output.ts'
import { bandwidthOf } from './bandwidth.ts'
import { BoxError } from './boxes.ts'
import { readStream, type StreamFile } from './read-stream.ts'

/** A part of a stream, as it was planned. */
export interface StreamPart {
  readonly role: 'video' | 'sound'
  readonly segmentSeconds: number
  /** Pictures per second. */
  readonly frameRate?: number
  readonly sound?: StreamSound
}

/** The facts about a sound track that a playlist names. */
export interface StreamSound {
  readonly channels: number
  /** In hertz. */
  readonly sampleRate: number
  /** As the source says it. */
  readonly language?: string
  /** As the source says it. */
  readonly name?: string
  /** Its place among the sound tracks, from 0: the default one. */
  readonly index: number
}

/** The duration that a part must have; see `lastsAsLong`. */
export interface ExpectedDuration {
  readonly durationMs: number
  readonly frameMs?: number
}

// Pictures and sound lie in different files: a part that begins later than the others is out of sync for good.
const LATEST_BEGIN_SECONDS = 0.001

/**
 * Reads the index of a finished part from its boxes, for the metadata of its variant: what playlists need. Throws
 * `output_mismatch` unless it begins at 0, each of its segments begins with a key frame, and it lasts as long as
 * expected.
 */
export async function streamMetadata(
  path: string,
  variant: string,
  part: StreamPart,
  expected: ExpectedDuration,
): Promise<{ readonly [key: string]: Json }> {
  const { role, segmentSeconds, frameRate, sound } = part
  const file = await readFinished(path, variant, role === 'video' ? segmentSeconds : null)
  const problems = problemsWith(file, expected)
  if (problems.length > 0) throw mismatch(variant, problems)
  const { codecs, timescale, init, segments } = file
  return {
    role,
    codecs,
    ...bandwidthOf(file),
    ...(frameRate === undefined ? {} : { frameRate: Math.round(frameRate * 1_000) / 1_000 }),
    timescale,
    init,
    segments: { bytes: segments.map(({ bytes }) => bytes), ticks: segments.map(({ ticks }) => ticks) },
    ...(sound === undefined ? {} : { sound: { ...sound } }),
  }
}

async function readFinished(path: string, variant: string, segmentSeconds: number | null): Promise<StreamFile> {
  try {
    return await readStream(path, segmentSeconds)
  } catch (error) {
    if (error instanceof BoxError) throw mismatch(variant, [error.message], error)
    throw error
  }
}

function problemsWith({ beginsAt, segments, timescale }: StreamFile, expected: ExpectedDuration): readonly string[] {
  const problems: string[] = []
  if (beginsAt > LATEST_BEGIN_SECONDS) problems.push(`it begins ${Math.round(beginsAt * 1_000)} ms late`)
  const withoutKey = segments.filter(({ isKey }) => !isKey).length
  if (withoutKey > 0) problems.push(`${withoutKey} of its segments begin without a key frame`)
  const actualMs = Math.round((segments.reduce((sum, { ticks }) => sum + ticks, 0) * 1_000) / timescale)
  if (!lastsAsLong(actualMs, expected)) {
    problems.push(`its segments last ${actualMs} ms instead of ${expected.durationMs} ms`)
  }
  return problems
}
