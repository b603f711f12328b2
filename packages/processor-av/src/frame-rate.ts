import type { VideoTrack } from './media-facts.ts'

const USUAL_FRAME_RATE = 30
const FAST_FRAME_RATE = 60
// A variable rate with an average a little above 30 still means 30.
const USUAL_FRAME_RATE_LIMIT = 31
// Rates closer than this differ only by rounding.
const TOLERANCE = 0.02

/** The facts that decide the rate of a video. */
export type RateFacts = Pick<VideoTrack, 'frameRate' | 'finestFrameRate' | 'isInterlaced'>

/** Whether frames differ in duration, or the header does not say. Pure. */
export function isVariableRate({ frameRate, finestFrameRate }: RateFacts): boolean {
  if (frameRate === null || finestFrameRate === null) return true
  return Math.abs(frameRate - finestFrameRate) > finestFrameRate * TOLERANCE
}

/**
 * Returns the constant rate of an output, in frames per second: the source's own, else 30 or 60 where it varies, but at
 * most `maxRate`. FFmpeg repeats or drops frames to keep it, so the last frame also lasts as long as the header says.
 * Pure.
 */
export function outputFrameRate(facts: RateFacts, maxRate: number): number {
  return Math.min(steadyRateOf(facts), maxRate)
}

function steadyRateOf(facts: RateFacts): number {
  const { frameRate, finestFrameRate, isInterlaced } = facts
  if (frameRate === null || finestFrameRate === null) return USUAL_FRAME_RATE
  // The finest rate counts fields, two to a frame.
  if (isInterlaced) return frameRate
  if (!isVariableRate(facts)) return finestFrameRate
  return frameRate > USUAL_FRAME_RATE_LIMIT ? FAST_FRAME_RATE : USUAL_FRAME_RATE
}
