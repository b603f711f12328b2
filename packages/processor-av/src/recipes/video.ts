import type { Recipe } from '@rindle/core'
import { type VideoOptions, videoKind } from './video-kind.ts'

/** The video recipes. */
export interface Video {
  /** H.264 and AAC in MP4, which every browser plays. A silent video stays silent. */
  readonly mp4: (options?: VideoOptions) => Recipe<'video'>
}

/** The video recipes. See {@link Video}. Each returns a plain value for the `variants` of a profile, and never throws. */
export const video: Video = {
  mp4: (options = {}) => videoKind(options),
}
