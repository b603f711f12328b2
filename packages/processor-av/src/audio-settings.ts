import type { AudioSettings } from './ffmpeg-arguments.ts'
import type { AudioTrack } from './media-facts.ts'

/** What may be asked for besides the bit rate. */
export interface AudioWishes {
  readonly codec: 'aac' | 'libmp3lame'
  readonly bitrateKbps: number
  readonly channels: number
  /** Applied to the channels that are wanted, before everything else. */
  readonly filters?: readonly string[]
}

/**
 * Keeps sound and pictures together: gaps are filled with silence, and sound that begins later than the source gets
 * silence before it.
 */
export const STEADY_SOUND = 'aresample=async=1:first_pts=0'

const LAYOUTS: Partial<Readonly<Record<number, string>>> = { 1: 'mono', 2: 'stereo', 6: '5.1' }

/** How a track of sound is encoded, at a sample rate that every player takes. Pure. */
export function audioSettings(
  track: AudioTrack,
  { codec, bitrateKbps, channels, filters = [] }: AudioWishes,
): AudioSettings {
  return {
    codec,
    bitrateKbps,
    channels,
    // Multiples of 11,025 Hz come from music and old games, all others from speech and cameras.
    frequency: track.sampleRate % 11_025 === 0 ? 44_100 : 48_000,
    filters: [...mixFilters(track, channels), ...filters, STEADY_SOUND],
  }
}

/** The filters that bring a track to that many channels. Loudness must be measured after them. Pure. */
export function mixFilters(track: AudioTrack, channels: number): readonly string[] {
  const layout = LAYOUTS[channels]
  return channels === track.channels || layout === undefined ? [] : [`aformat=channel_layouts=${layout}`]
}
