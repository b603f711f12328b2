import type { FfprobeReport } from './ffprobe-report.ts'
import { factsOf, type MediaFacts } from './media-facts.ts'
import type { MediaInput } from './media-input.ts'
import type { RunContext } from './run-context.ts'
import { readHeader, readPackets } from './run-ffprobe.ts'

/** {@link MediaFacts} with a duration that is known. */
export type KnownFacts = MediaFacts & { readonly durationMs: number }

/** What a file says of itself, as ffprobe puts it and as facts. */
export interface MediaReport {
  readonly report: FfprobeReport
  readonly facts: KnownFacts
}

/**
 * Reads the header of a file, and all packets of one track where the header lacks the duration or guesses it; nothing
 * is decoded but what ffprobe needs to know a codec's parameters. `corrupt_media`, `unsupported_codec`,
 * `processing_timeout`.
 */
export async function readMedia(input: MediaInput, context: RunContext): Promise<MediaReport> {
  const report = await readHeader(input, context)
  const facts = factsOf(report)
  const track = facts.video ?? facts.audio
  if (facts.durationMs !== null && !input.isDurationGuessed) {
    return { report, facts: { ...facts, durationMs: facts.durationMs } }
  }
  const durationMs = track === null ? 0 : await measureDuration(input, track.index, context)
  const video = facts.video === null ? null : { ...facts.video, endMs: null }
  const audio = facts.audio === null ? null : { ...facts.audio, endMs: null }
  return { report, facts: { ...facts, video, audio, durationMs } }
}

// The end of the last packet, seen from the beginning of the first.
async function measureDuration(input: MediaInput, stream: number, context: RunContext): Promise<number> {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  await readPackets(input, { stream }, context, ({ seconds, durationSeconds }) => {
    first = Math.min(first, seconds)
    last = Math.max(last, seconds + durationSeconds)
  })
  return last > first ? Math.round((last - first) * 1_000) : 0
}
