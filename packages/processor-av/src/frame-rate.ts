import type { VideoTrack } from './media-facts.ts'

const MAX_FRAME_RATE = 60
const USUAL_FRAME_RATE = 30
// A variable rate whose average is a little above is still meant as this one.
const USUAL_FRAME_RATE_LIMIT = 31
// Rates that are closer differ by rounding.
const TOLERANCE = 0.02

/** What decides the rate of a video. */
export type RateFacts = Pick<VideoTrack, 'frameRate' | 'finestFrameRate' | 'isInterlaced'>

/** Whether frames last differently long, or the header does not tell. Pure. */
export function isVariableRate({ frameRate, finestFrameRate }: RateFacts): boolean {
  if (frameRate === null || finestFrameRate === null) return true
  return Math.abs(frameRate - finestFrameRate) > finestFrameRate * TOLERANCE
}

/**
 * The steady rate of an output, in frames per second: the source's own, where it has one that players bear, else 30 or
 * 60. Frames are repeated or left out to keep it, so that the last one too lasts as long as the header says. Pure.
 */
export function outputFrameRate(facts: RateFacts): number {
  const { frameRate, finestFrameRate, isInterlaced } = facts
  if (frameRate === null || finestFrameRate === null) return USUAL_FRAME_RATE
  // Its finest rate is that of fields, two to a frame.
  if (isInterlaced) return Math.min(frameRate, MAX_FRAME_RATE)
  if (!isVariableRate(facts)) return Math.min(finestFrameRate, MAX_FRAME_RATE)
  return frameRate > USUAL_FRAME_RATE_LIMIT ? MAX_FRAME_RATE : USUAL_FRAME_RATE
}
