import type { Recipe } from '@rindle/core'
import { audioKind, type SoundOptions } from './audio-kind.ts'

/** The audio recipes. */
export interface Audio {
  /** AAC in MP4 (`.m4a`), 128 kbit/s. */
  readonly aac: (options?: SoundOptions) => Recipe<'audio'>
  /** MP3, 128 kbit/s. */
  readonly mp3: (options?: SoundOptions) => Recipe<'audio'>
}

/** The audio recipes. See {@link Audio}. Each returns a plain value for the `variants` of a profile, and never throws. */
export const audio: Audio = {
  aac: (options) => audioKind({ ...options, codec: 'aac' }),
  mp3: (options) => audioKind({ ...options, codec: 'mp3' }),
}
