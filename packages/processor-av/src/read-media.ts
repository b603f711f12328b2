import { RindleError } from '@rindle/core'
import type { FfprobeReport } from './ffprobe-report.ts'
import { factsOf, type MediaFacts, tracksOf } from './media-facts.ts'
import type { MediaInput } from './media-input.ts'
import type { RunContext } from './run-context.ts'
import { readHeader, readPackets } from './run-ffprobe.ts'
import { isSameDuration } from './same-duration.ts'

/** {@link MediaFacts} with a duration that is known. */
export type KnownFacts = MediaFacts & { readonly durationMs: number }

/** What a file says of itself, as ffprobe puts it and as facts. */
export interface MediaReport {
  readonly report: FfprobeReport
  readonly facts: KnownFacts
}

/** How long the packets of a file are, from the beginning of the first of them. */
export interface MeasuredEnds {
  /** When the last packet ends, of whatever track. */
  readonly wholeMs: number
  /** The same by the index of the track; a track without packets is missing. */
  readonly byTrack: ReadonlyMap<number, number>
}

/**
 * Reads the header of a file, and its packets where the header lacks the duration or guesses it, or does not tell when
 * each track ends; nothing is decoded but what ffprobe needs to know a codec's parameters. `corrupt_media`, also when
 * there is nothing but a header, `unsupported_codec`, `processing_timeout`.
 */
export async function readMedia(input: MediaInput, context: RunContext): Promise<MediaReport> {
  const report = await readHeader(input, context)
  const facts = factsOf(report)
  const { durationMs } = facts
  if (facts.kind === null) return { report, facts: { ...facts, durationMs: durationMs ?? 0 } }
  const isMeasured = input.isDurationGuessed || isEndUnknown(facts)
  if (durationMs !== null && !isMeasured) return { report, facts: { ...facts, durationMs } }
  const ends = await measureEnds(input, context)
  if (ends.byTrack.size === 0) throw onlyHeader(input)
  return { report, facts: withEnds(facts, ends, input.isDurationGuessed) }
}

/** Reads all packets of a file, and decodes none. */
export async function measureEnds(input: MediaInput, context: RunContext): Promise<MeasuredEnds> {
  let first = Number.POSITIVE_INFINITY
  const lasts = new Map<number, number>()
  await readPackets(input, {}, context, ({ stream, seconds, durationSeconds }) => {
    first = Math.min(first, seconds)
    lasts.set(stream, Math.max(lasts.get(stream) ?? Number.NEGATIVE_INFINITY, seconds + durationSeconds))
  })
  const byTrack = new Map([...lasts].map(([stream, last]) => [stream, Math.round((last - first) * 1_000)] as const))
  return { wholeMs: Math.max(0, ...byTrack.values()), byTrack }
}

// One track alone ends with the file.
function isEndUnknown(facts: MediaFacts): boolean {
  const tracks = tracksOf(facts)
  return tracks.length > 1 && tracks.some(({ endMs }) => endMs === null)
}

function withEnds(facts: MediaFacts, { wholeMs, byTrack }: MeasuredEnds, isDurationGuessed: boolean): KnownFacts {
  const told = isDurationGuessed ? null : facts.durationMs
  // A file that ends before its header says so is cut: its tracks last as long as they were meant to.
  const isCut = told !== null && wholeMs < told && !isSameDuration(wholeMs, told)
  const endOf = (index: number): number | null => (isCut ? null : (byTrack.get(index) ?? null))
  return {
    ...facts,
    video: facts.video === null ? null : { ...facts.video, endMs: endOf(facts.video.index) },
    audio: facts.audio === null ? null : { ...facts.audio, endMs: endOf(facts.audio.index) },
    durationMs: told ?? Math.max(0, ...tracksOf(facts).map(({ index }) => byTrack.get(index) ?? 0)),
  }
}

function onlyHeader({ contentType }: MediaInput): RindleError {
  const message = `The ${contentType} has a header and nothing after it: it is truncated. Upload it again.`
  return new RindleError('corrupt_media', message, { details: { contentType } })
}
