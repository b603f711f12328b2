import { RindleError } from '@rindle/core'
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
 * silence before it. Pure.
 */
export function steadySound({ forgottenMs }: AudioTrack): readonly string[] {
  const placed = forgottenMs === 0 ? [] : [`asetpts=PTS-STARTPTS+${forgottenMs}/1000/TB`]
  return [...placed, 'aresample=async=1:first_pts=0']
}

/** Layouts as every FFmpeg names them, by the number of their channels: those that it takes for granted itself. */
const LAYOUTS: Partial<Readonly<Record<number, string>>> = {
  1: 'mono',
  2: 'stereo',
  3: '2.1',
  4: '4.0',
  5: '5.0',
  6: '5.1',
  7: '6.1',
  8: '7.1',
}
const MAX_MIXED_CHANNELS = 64

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
    filters: [...mixFilters(track, channels), ...filters, ...steadySound(track)],
  }
}

/**
 * The filters that bring a track to that many channels. Loudness must be measured after them. `unsupported_codec` for
 * more channels than FFmpeg can mix. Pure.
 */
export function mixFilters(track: AudioTrack, channels: number): readonly string[] {
  if (track.channels > MAX_MIXED_CHANNELS) throw tooManyChannels(track)
  if (!track.hasLayout && LAYOUTS[track.channels] === undefined) return [mixEvenly(track.channels, channels)]
  const layout = LAYOUTS[channels]
  const mix = channels === track.channels || layout === undefined ? [] : [`aformat=channel_layouts=${layout}`]
  return track.hasLayout ? mix : [usualPlaces(track.channels), ...mix]
}

/** How many channels of a track an output can have that may have so many. Pure. */
export function keptChannels({ channels, hasLayout }: AudioTrack, maxChannels: number): number {
  const isMixedEvenly = !hasLayout && LAYOUTS[channels] === undefined
  return isMixedEvenly ? Math.min(2, maxChannels) : Math.min(channels, maxChannels)
}

// FFmpeg 7 guesses no places of channels that a file calls unused, and fails. By their numbers they can be told places.
function usualPlaces(channels: number): string {
  return `channelmap=map=${numbers(channels).join('|')}:channel_layout=${LAYOUTS[channels]}`
}

// Nobody knows where to hear so many channels: each second goes to one side, and all are as loud as one.
function mixEvenly(from: number, to: number): string {
  const outputs = numbers(to).map((output) => {
    const inputs = numbers(from).filter((input) => input % to === output)
    return `c${output}<${inputs.map((input) => `c${input}`).join('+')}`
  })
  return `pan=${[LAYOUTS[to], ...outputs].join('|')}`
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, number) => number)
}

function tooManyChannels({ channels }: AudioTrack): RindleError {
  const message = `Its sound has ${channels} channels; FFmpeg mixes at most ${MAX_MIXED_CHANNELS}.`
  return new RindleError('unsupported_codec', message, { details: { channels, maxChannels: MAX_MIXED_CHANNELS } })
}
