import { RindleError } from '@rindle/core'
import type { InputSettings } from './ffmpeg-arguments.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import { type AudioTrack, durationOf, type VideoTrack } from './media-facts.ts'
import type { NormalClip } from './recipes/clip.ts'
import type { VariantWork } from './variant-work.ts'

/** A part of a source, and how a run reads it. */
export interface SourcePart {
  readonly settings: InputSettings
  /** Where it begins in the source, in seconds. */
  readonly sourceSeconds: number
  /** Where it begins in the times that filters see, in seconds: FFmpeg counts from the place that it seeks. */
  readonly seenSeconds: number
  readonly durationMs: number
}

// Sound is read from before its part: its first packet needs the one before it.
const LEAD_SECONDS = 1

/**
 * Plans how to read a clip of these tracks: from shortly before it, where FFmpeg can seek; else from the beginning,
 * because a format without an index is only known by reading it. A clip that ends after the tracks is shortened. Throws
 * `processing_failed`, not retryable, for one that begins after them. Pure.
 */
export function partOf(
  { startMs, durationMs }: NormalClip,
  tracks: readonly (VideoTrack | AudioTrack)[],
  { facts, input, name }: Pick<VariantWork, 'facts' | 'input' | 'name'>,
): SourcePart {
  const wholeMs = durationOf(tracks, facts.durationMs)
  if (startMs >= wholeMs) throw beginsTooLate(name, startMs, wholeMs)
  const sourceSeconds = startMs / 1_000
  const seekSeconds = input.isDurationGuessed ? 0 : Math.max(0, sourceSeconds - LEAD_SECONDS)
  return {
    // With it, FFmpeg would drop the frame that is on screen when the part begins.
    settings: seekSeconds === 0 ? {} : { seekSeconds, options: { noaccurate_seek: true } },
    sourceSeconds,
    seenSeconds: Math.round((sourceSeconds - seekSeconds) * 1_000) / 1_000,
    durationMs: Math.min(durationMs, wholeMs - startMs),
  }
}

/** Filters that let only the part through, beginning at 0, as a constant frame rate. `null`: the whole source. Pure. */
export function partOfPictures(part: SourcePart | null, frameRate: number): readonly string[] {
  // `pass` keeps a last frame that is shorter than half of the others.
  if (part === null) return [`fps=fps=${frameRate}:eof_action=pass`]
  return [`fps=fps=${frameRate}:start_time=${part.seenSeconds}:eof_action=pass`, 'setpts=PTS-STARTPTS']
}

/** Filters that let only the part of a track through, beginning at 0. Pure. */
export function partOfSound({ seenSeconds }: SourcePart, { forgottenMs }: AudioTrack): readonly string[] {
  const placed = forgottenMs === 0 ? [] : [`asetpts=PTS-STARTPTS+${forgottenMs}/1000/TB`]
  return [...placed, `atrim=start=${seenSeconds}`, `asetpts=PTS-${seenSeconds}/TB`]
}

/** Options of an output that end it with the part. Pure. */
export function endOfPart(part: SourcePart | null): FfmpegOptions {
  return part === null ? {} : { t: part.durationMs / 1_000 }
}

/** Returns the error for a clip in which there is nothing to see or hear. */
export function nothingInPart(variant: string): RindleError {
  const message = `Variant ${variant} cannot be made: the source has nothing in that clip.`
  return new RindleError('processing_failed', message, { details: { variant }, retryable: false })
}

function beginsTooLate(variant: string, startMs: number, wholeMs: number): RindleError {
  const message = `Variant ${variant} cannot be made: its clip begins at ${startMs} ms, and the source ends at ${wholeMs} ms.`
  return new RindleError('processing_failed', message, { details: { variant, startMs, wholeMs }, retryable: false })
}
