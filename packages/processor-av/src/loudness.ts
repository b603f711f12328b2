import { z } from 'zod'

// EBU R128, at the level that podcasts and web players agree on.
const TARGET_LUFS = -16
const MAX_TRUE_PEAK = -1.5
const MAX_RANGE = 11
const TARGET = `I=${TARGET_LUFS}:TP=${MAX_TRUE_PEAK}:LRA=${MAX_RANGE}`
// The filter accepts no more.
const MAX_OFFSET = 99
// The absolute gate of the standard: it measures nothing below it.
const SILENT_BELOW_LUFS = -70

/** The result of a first pass over a source. */
export interface Loudness {
  readonly integrated: number
  readonly truePeak: number
  readonly range: number
  /** How far the filter misses the target without correction. */
  readonly offset: number
}

/** The filter that measures a source and prints it at the end. */
export const MEASURE_LOUDNESS: string = `loudnorm=${TARGET}:print_format=json`

/**
 * Returns the filters that bring sound to the target: without a measurement as it plays, with one exactly, by a single
 * gain if its peaks and its range allow that. Pure.
 */
export function loudnessFilters(measured: Loudness | null): readonly string[] {
  if (measured === null) return [`loudnorm=${TARGET}`]
  const { integrated, truePeak, range, offset } = measured
  if (integrated < SILENT_BELOW_LUFS) return []
  const gain = TARGET_LUFS - integrated
  // `loudnorm` cannot do this: it accepts no loudness above 0 LUFS and no range of 0.
  if (truePeak + gain <= MAX_TRUE_PEAK && range <= MAX_RANGE) return [`volume=volume=${gain.toFixed(2)}dB`]
  const missed = Math.max(-MAX_OFFSET, Math.min(MAX_OFFSET, offset))
  return [`loudnorm=${TARGET}:offset=${missed}`]
}

// Silence has no level: "-inf" or "inf".
const level = z.string().transform((text) => (text.endsWith('inf') ? Number.NEGATIVE_INFINITY : Number(text)))
const measurement = z.object({ input_i: level, input_tp: level, input_lra: level, target_offset: level }).transform(
  (found): Loudness => ({
    integrated: found.input_i,
    truePeak: found.input_tp,
    range: found.input_lra,
    offset: found.target_offset,
  }),
)

/** Finds the result of {@link MEASURE_LOUDNESS} in FFmpeg's messages; `null` when it is missing. Pure. */
export function parseLoudness(messages: string): Loudness | null {
  const found = /\{[^{}]*"input_i"[^{}]*\}/.exec(messages)?.[0]
  return found === undefined ? null : measurement.parse(JSON.parse(found))
}
