import { z } from 'zod'

// EBU R128, at the level that podcasts and web players agree on.
const TARGET = 'I=-16:TP=-1.5:LRA=11'
// Below its absolute gate the standard measures nothing.
const SILENT_BELOW_LUFS = -70

/** What a first pass over a source has measured. */
export interface Loudness {
  readonly integrated: number
  readonly truePeak: number
  readonly range: number
  readonly threshold: number
  readonly offset: number
}

/** The filter that measures a source and prints it at the end. */
export const MEASURE_LOUDNESS: string = `loudnorm=${TARGET}:print_format=json`

/** The filters that bring sound to the target as it comes, or exactly, by what was measured before. Pure. */
export function loudnessFilters(measured: Loudness | null): readonly string[] {
  if (measured === null) return [`loudnorm=${TARGET}`]
  const { integrated, truePeak, range, threshold, offset } = measured
  if (integrated < SILENT_BELOW_LUFS) return []
  const given = `measured_I=${integrated}:measured_TP=${truePeak}:measured_LRA=${range}:measured_thresh=${threshold}`
  return [`loudnorm=${TARGET}:${given}:offset=${offset}:linear=true`]
}

// What has no level, silence, is "-inf" or "inf".
const level = z.string().transform((text) => (text.endsWith('inf') ? Number.NEGATIVE_INFINITY : Number(text)))
const measurement = z
  .object({ input_i: level, input_tp: level, input_lra: level, input_thresh: level, target_offset: level })
  .transform(
    (found): Loudness => ({
      integrated: found.input_i,
      truePeak: found.input_tp,
      range: found.input_lra,
      threshold: found.input_thresh,
      offset: found.target_offset,
    }),
  )

/** Reads what {@link MEASURE_LOUDNESS} prints among FFmpeg's messages; `null` when it is not there. Pure. */
export function parseLoudness(messages: string): Loudness | null {
  const found = /\{[^{}]*"input_i"[^{}]*\}/.exec(messages)?.[0]
  return found === undefined ? null : measurement.parse(JSON.parse(found))
}
