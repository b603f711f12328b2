import { z } from 'zod'

// EBU R128, at the level that podcasts and web players agree on.
const TARGET_LUFS = -16
const MAX_TRUE_PEAK = -1.5
const MAX_RANGE = 11
const TARGET = `I=${TARGET_LUFS}:TP=${MAX_TRUE_PEAK}:LRA=${MAX_RANGE}`
// What the filter accepts.
const MAX_OFFSET = 99
// Below its absolute gate the standard measures nothing.
const SILENT_BELOW_LUFS = -70

/** What a first pass over a source has measured. */
export interface Loudness {
  readonly integrated: number
  readonly truePeak: number
  readonly range: number
  /** How far the filter would miss the target by itself. */
  readonly offset: number
}

/** The filter that measures a source and prints it at the end. */
export const MEASURE_LOUDNESS: string = `loudnorm=${TARGET}:print_format=json`

/**
 * The filters that bring sound to the target as it comes, or exactly, by what was measured before: by one gain for all
 * of it, where its peaks and its range allow that. Pure.
 */
export function loudnessFilters(measured: Loudness | null): readonly string[] {
  if (measured === null) return [`loudnorm=${TARGET}`]
  const { integrated, truePeak, range, offset } = measured
  if (integrated < SILENT_BELOW_LUFS) return []
  const gain = TARGET_LUFS - integrated
  // Not left to `loudnorm`, which believes in no loudness above 0 LUFS, nor in a range of 0.
  if (truePeak + gain <= MAX_TRUE_PEAK && range <= MAX_RANGE) return [`volume=volume=${gain.toFixed(2)}dB`]
  const missed = Math.max(-MAX_OFFSET, Math.min(MAX_OFFSET, offset))
  return [`loudnorm=${TARGET}:offset=${missed}`]
}

// What has no level, silence, is "-inf" or "inf".
const level = z.string().transform((text) => (text.endsWith('inf') ? Number.NEGATIVE_INFINITY : Number(text)))
const measurement = z.object({ input_i: level, input_tp: level, input_lra: level, target_offset: level }).transform(
  (found): Loudness => ({
    integrated: found.input_i,
    truePeak: found.input_tp,
    range: found.input_lra,
    offset: found.target_offset,
  }),
)

/** Reads what {@link MEASURE_LOUDNESS} prints among FFmpeg's messages; `null` when it is not there. Pure. */
export function parseLoudness(messages: string): Loudness | null {
  const found = /\{[^{}]*"input_i"[^{}]*\}/.exec(messages)?.[0]
  return found === undefined ? null : measurement.parse(JSON.parse(found))
}
