import { z } from 'zod'

// EBU R128.
const MAX_TRUE_PEAK = -1.5
const MAX_RANGE = 11
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

/** Returns the filter that measures a source against a target, in LUFS, and prints it at the end. Pure. */
export function measureLoudness(target: number): string {
  return `loudnorm=${aimOf(target)}:print_format=json`
}

function aimOf(target: number): string {
  return `I=${target}:TP=${MAX_TRUE_PEAK}:LRA=${MAX_RANGE}`
}

/**
 * Returns the filters that bring sound to a target, in LUFS: without a measurement as it plays, with one exactly, by a single
 * gain if its peaks and its range allow that. Pure.
 */
export function loudnessFilters(target: number, measured: Loudness | null): readonly string[] {
  if (measured === null) return [`loudnorm=${aimOf(target)}`]
  const { integrated, truePeak, range, offset } = measured
  if (integrated < SILENT_BELOW_LUFS) return []
  const gain = target - integrated
  // `loudnorm` cannot do this: it accepts no loudness above 0 LUFS and no range of 0.
  if (truePeak + gain <= MAX_TRUE_PEAK && range <= MAX_RANGE) return [`volume=volume=${gain.toFixed(2)}dB`]
  const missed = Math.max(-MAX_OFFSET, Math.min(MAX_OFFSET, offset))
  return [`loudnorm=${aimOf(target)}:offset=${missed}`]
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

/** Finds the result of {@link measureLoudness} in FFmpeg's messages; `null` when it is missing. Pure. */
export function parseLoudness(messages: string): Loudness | null {
  const found = /\{[^{}]*"input_i"[^{}]*\}/.exec(messages)?.[0]
  return found === undefined ? null : measurement.parse(JSON.parse(found))
}
