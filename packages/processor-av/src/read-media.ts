import { RindleError } from '@rindle/core'
import type { FfprobeReport } from './ffprobe-report.ts'
import { factsOf, longest, type MediaFacts, tracksOf } from './media-facts.ts'
import type { MediaInput } from './media-input.ts'
import type { RunContext } from './run-context.ts'
import { readHeader, readPackets } from './run-ffprobe.ts'
import { isSameDuration } from './same-duration.ts'

/** {@link MediaFacts} with a known duration. */
export type KnownFacts = MediaFacts & { readonly durationMs: number }

/** ffprobe's report on a file, and the facts in it. */
export interface MediaReport {
  readonly report: FfprobeReport
  readonly facts: KnownFacts
}

/** When the packets of a file play, counted from the beginning of the first one. */
interface MeasuredTracks {
  /** When the last packet of any track ends. */
  readonly wholeMs: number
  /** Times by the index of the track; a track without packets is missing. */
  readonly byTrack: ReadonlyMap<number, { readonly startMs: number; readonly endMs: number }>
}

/**
 * Reads the header of a file. Also reads the packets if the header lacks or guesses the duration, or does not say when
 * each track ends. Decodes only what ffprobe needs to learn the parameters of a codec. Throws `corrupt_media`, also
 * when there is only a header, `unsupported_codec` or `processing_timeout`.
 */
export async function readMedia(input: MediaInput, context: RunContext): Promise<MediaReport> {
  const report = await readHeader(input, context)
  const facts = factsOf(report)
  const { durationMs } = facts
  if (facts.kind === null) return { report, facts: { ...facts, durationMs: durationMs ?? 0 } }
  const isMeasured = input.isDurationGuessed || areEndsUnknown(facts, input)
  if (durationMs !== null && !isMeasured) return { report, facts: { ...facts, durationMs } }
  const measured = await measureTracks(input, context)
  if (measured.byTrack.size === 0) throw onlyHeader(input)
  return { report, facts: asMeasured(facts, measured, input) }
}

/** Reads all packets of a file without decoding them. */
async function measureTracks(input: MediaInput, context: RunContext): Promise<MeasuredTracks> {
  const found = new Map<number, readonly [first: number, last: number]>()
  await readPackets(input, {}, context, ({ stream, seconds, durationSeconds }) => {
    const [first, last] = found.get(stream) ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    found.set(stream, [Math.min(first, seconds), Math.max(last, seconds + durationSeconds)])
  })
  const begin = Math.min(...[...found.values()].map(([first]) => first))
  const sinceBegin = (seconds: number): number => Math.round((seconds - begin) * 1_000)
  const tracks = [...found].map(
    ([stream, [first, last]]) => [stream, { startMs: sinceBegin(first), endMs: sinceBegin(last) }] as const,
  )
  return { wholeMs: Math.max(0, ...tracks.map(([, { endMs }]) => endMs)), byTrack: new Map(tracks) }
}

// A single track ends with the file.
function areEndsUnknown(facts: MediaFacts, { areEndsGuessed }: MediaInput): boolean {
  const tracks = tracksOf(facts)
  return tracks.length > 1 && (areEndsGuessed || tracks.some(({ endMs }) => endMs === null))
}

function asMeasured(
  facts: MediaFacts,
  measured: MeasuredTracks,
  { isDurationGuessed, areEndsGuessed }: MediaInput,
): KnownFacts {
  const { wholeMs, byTrack } = measured
  const { video, durationMs: told } = facts
  const isCut = !isDurationGuessed && endsBefore(told ?? 0, measured)
  const endOf = (index: number): number | null => (isCut ? null : (byTrack.get(index)?.endMs ?? null))
  const isToldRight = told !== null && !isDurationGuessed && (isCut || !areEndsGuessed)
  const sounds = facts.sounds.map((sound) => ({
    ...sound,
    endMs: endOf(sound.index),
    // In streams that can be joined anywhere, FFmpeg counts from the first packet that it reads.
    forgottenMs: isDurationGuessed ? (byTrack.get(sound.index)?.startMs ?? 0) : 0,
  }))
  return {
    ...facts,
    video: video === null ? null : { ...video, endMs: endOf(video.index) },
    audio: sounds[0] ?? null,
    sounds,
    durationMs: isToldRight
      ? told
      : (longest(tracksOf(facts).map(({ index }) => byTrack.get(index)?.endMs)) ?? wholeMs),
  }
}

/**
 * Whether a file ends before the time in its header: then it is cut off, and its tracks should last longer. Some
 * headers count the time before a late track twice. Pure.
 */
function endsBefore(toldMs: number, { wholeMs, byTrack }: MeasuredTracks): boolean {
  const latestMs = wholeMs + Math.max(0, ...[...byTrack.values()].map(({ startMs }) => startMs))
  return latestMs < toldMs && !isSameDuration(latestMs, toldMs)
}

function onlyHeader({ contentType }: MediaInput): RindleError {
  const message = `The ${contentType} has a header and nothing after it: it is truncated. Upload it again.`
  return new RindleError('corrupt_media', message, { details: { contentType } })
}
