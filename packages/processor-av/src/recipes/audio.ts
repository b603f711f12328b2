import type { Recipe } from '@rindle/core'
import { audioKind, type FlacOptions, type OpusOptions, type SoundOptions } from './audio-kind.ts'

/** The audio recipes. */
export interface Audio {
  /** AAC in MP4 (`.m4a`), 128 kbit/s: plays everywhere. */
  readonly aac: (options?: SoundOptions) => Recipe<'audio'>
  /** MP3, 128 kbit/s. */
  readonly mp3: (options?: SoundOptions) => Recipe<'audio'>
  /** Opus in Ogg, 96 kbit/s, mono or stereo: the smallest. */
  readonly opus: (options?: OpusOptions) => Recipe<'audio'>
  /** FLAC: lossless, and large. Keeps a sample rate of up to 96 kHz, and 24 bits where the source has them. */
  readonly flac: (options?: FlacOptions) => Recipe<'audio'>
}

/** The audio recipes. See {@link Audio}. Each returns a plain value for the `variants` of a profile, and never throws. */
export const audio: Audio = {
  aac: (options) => audioKind({ ...options, codec: 'aac' }),
  mp3: (options) => audioKind({ ...options, codec: 'mp3' }),
  opus: (options) => audioKind({ ...options, codec: 'opus' }),
  flac: (options) => audioKind({ ...options, codec: 'flac' }),
}
