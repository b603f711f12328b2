import type { AudioSettings } from './ffmpeg-arguments.ts'
import type { AudioTrack } from './media-facts.ts'

/** What may be asked for besides the bit rate. */
export interface AudioWishes {
  readonly codec?: 'aac' | 'libmp3lame'
  /** As many as the source has when absent. */
  readonly channels?: number
  readonly maxChannels: number
  /** Applied before everything else. */
  readonly filters?: readonly string[]
}

/** How a track of sound is encoded: at a rate that every player takes, beginning with the source. Pure. */
export function audioSettings(track: AudioTrack, bitrateKbps: number, wishes: AudioWishes): AudioSettings {
  return {
    codec: wishes.codec ?? 'aac',
    bitrateKbps,
    channels: wishes.channels ?? Math.min(track.channels, wishes.maxChannels),
    // Multiples of 11,025 Hz come from music and old games, all others from speech and cameras.
    frequency: track.sampleRate % 11_025 === 0 ? 44_100 : 48_000,
    // Fills gaps, so that pictures and sound stay together, and begins with them.
    filters: [...(wishes.filters ?? []), 'aresample=async=1:first_pts=0'],
  }
}
