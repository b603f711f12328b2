import type { MediaLimits, ProbeResult } from '@rindle/core/adapter'
import type { ProcessorSubject } from './contract-case.ts'

/** More than any file of a test has. */
export const WIDE_LIMITS: MediaLimits = { maxPixels: 100_000_000 }

/** One set of limits for each way in which a file of these facts can exceed them. Pure. */
export function exceededLimits(facts: ProbeResult | null): readonly MediaLimits[] {
  const { width = 0, height = 0, durationMs = 0 } = facts ?? {}
  return [
    ...(width * height > 1 ? [{ maxPixels: width * height - 1 }] : []),
    ...(durationMs > 1 ? [{ ...WIDE_LIMITS, maxDurationMs: Math.floor(durationMs / 2) }] : []),
  ]
}

/** Why limits cannot be tested, if so. */
export function hasNoLimits({ facts }: ProcessorSubject): string | undefined {
  return exceededLimits(facts).length === 0 ? 'the source has neither pixels nor a duration' : undefined
}

/** Why damage cannot be tested, if so. */
export function hasNoDamage({ damaged }: ProcessorSubject): string | undefined {
  return damaged === null ? 'the processor accepts any bytes' : undefined
}
