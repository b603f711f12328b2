import type { Finding } from '../../ports/diagnosis.ts'

/** Two readings of our own clock around one reading of another, in milliseconds since the epoch. */
export interface ClockReadings {
  readonly before: number
  readonly other: number
  readonly after: number
}

/** The owner of the clock, and its tolerance. */
export interface ClockTolerance {
  readonly whose: string
  /** The precision of the other clock's reading. */
  readonly resolutionMs: number
  readonly warnFromMs: number
  readonly errorFromMs: number
}

/** Judges the difference between two clocks. Pure. */
export function clockFinding(id: string, readings: ClockReadings, tolerance: ClockTolerance): Finding {
  const { whose, warnFromMs, errorFromMs } = tolerance
  const skewMs = skewOf(readings, tolerance.resolutionMs)
  const size = Math.abs(skewMs)
  if (size < warnFromMs) return { id, status: 'ok', summary: `the clock of ${whose} agrees with this machine's` }
  const direction = skewMs > 0 ? 'ahead of' : 'behind'
  return {
    id,
    status: size < errorFromMs ? 'warn' : 'error',
    summary: `the clock of ${whose} is ${Math.round(size / 1_000)} s ${direction} this machine's`,
    fix: 'Synchronise both clocks with NTP. Otherwise URLs expire too early or too late, and signatures are refused.',
  }
}

/** Zero while the other reading may lie between our two. */
function skewOf({ before, other, after }: ClockReadings, resolutionMs: number): number {
  if (other > after) return other - after
  return other + resolutionMs < before ? other + resolutionMs - before : 0
}
