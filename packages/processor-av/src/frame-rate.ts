import type { VideoTrack } from './media-facts.ts'

const MAX_FRAME_RATE = 60
const USUAL_FRAME_RATE = 30
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
 * Returns the constant rate of an output, in frames per second: the source's own if players can handle it, else 30 or
 * 60. FFmpeg repeats or drops frames to keep it, so the last frame also lasts as long as the header says. Pure.
 */
export function outputFrameRate(facts: RateFacts): number {
  const { frameRate, finestFrameRate, isInterlaced } = facts
  if (frameRate === null || finestFrameRate === null) return USUAL_FRAME_RATE
  // The finest rate counts fields, two to a frame.
  if (isInterlaced) return Math.min(frameRate, MAX_FRAME_RATE)
  if (!isVariableRate(facts)) return Math.min(finestFrameRate, MAX_FRAME_RATE)
  return frameRate > USUAL_FRAME_RATE_LIMIT ? MAX_FRAME_RATE : USUAL_FRAME_RATE
}
