import type { Finding } from '../../ports/diagnosis.ts'

/** Two readings of the own clock round one reading of another's, in milliseconds since the epoch. */
export interface ClockReadings {
  readonly before: number
  readonly other: number
  readonly after: number
}

/** Whose clock it is, and how far off it may be. */
export interface ClockTolerance {
  readonly whose: string
  /** How exactly the other clock can be read. */
  readonly resolutionMs: number
  readonly warnFromMs: number
  readonly errorFromMs: number
}

/** Judges how far two clocks are apart. Pure. */
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
    fix: 'Set the clocks of both by NTP. URLs expire too early or too late, and signatures are refused.',
  }
}

/** Zero while the other clock may have been read between the two readings of the own one. */
function skewOf({ before, other, after }: ClockReadings, resolutionMs: number): number {
  if (other > after) return other - after
  return other + resolutionMs < before ? other + resolutionMs - before : 0
}
