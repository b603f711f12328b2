import { RindleError } from '@rindle/core'
import type { AudioSettings } from './ffmpeg-arguments.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import type { AudioTrack } from './media-facts.ts'
import { partOfSound, type SourcePart } from './source-part.ts'

/** The wanted properties of encoded sound. */
export interface AudioWishes {
  readonly codec: 'aac' | 'libmp3lame' | 'libopus' | 'flac'
  /** `null`: a lossless codec. */
  readonly bitrateKbps: number | null
  readonly channels: number
  /** In hertz. @default 44,100 or 48,000, by the source; 48,000 for Opus */
  readonly sampleRate?: number | null
  /** Filters for the mixed channels, before all other filters. */
  readonly filters?: readonly string[]
  /** `null`: the whole source. @default null */
  readonly part?: SourcePart | null
  /** Options of the encoder. */
  readonly options?: FfmpegOptions
}

/**
 * Keeps sound and video in sync: fills gaps with silence, and puts silence before sound that begins later than the
 * source. Pure.
 */
export function steadySound({ forgottenMs }: Pick<AudioTrack, 'forgottenMs'>): readonly string[] {
  const placed = forgottenMs === 0 ? [] : [`asetpts=PTS-STARTPTS+${forgottenMs}/1000/TB`]
  return [...placed, 'aresample=async=1:first_pts=0']
}

/** Layouts by number of channels, in names that every FFmpeg knows: its own defaults. */
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

/** Returns how to encode an audio track, by default at a sample rate that every player supports. Pure. */
export function audioSettings(
  track: AudioTrack,
  { codec, bitrateKbps, channels, sampleRate = null, filters = [], part = null, options }: AudioWishes,
): AudioSettings {
  const mixed = [...mixFilters(track, channels), ...filters]
  return {
    codec,
    ...(bitrateKbps === null ? {} : { bitrateKbps }),
    channels,
    frequency: sampleRate ?? (codec === 'libopus' ? 48_000 : usualSampleRate(track)),
    filters:
      part === null
        ? [...mixed, ...steadySound(track)]
        : [...partOfSound(part, track), ...mixed, ...steadySound({ forgottenMs: 0 })],
    ...(options === undefined ? {} : { options }),
  }
}

/** Returns the sample rate that every player supports, and that fits a track best. Pure. */
export function usualSampleRate({ sampleRate }: Pick<AudioTrack, 'sampleRate'>): number {
  // Multiples of 11,025 Hz come from music and old games, all others from speech and cameras.
  return sampleRate % 11_025 === 0 ? 44_100 : 48_000
}

/**
 * Returns the filters that mix a track to this number of channels. Loudness must be measured after them. Throws
 * `unsupported_codec` for more channels than FFmpeg can mix. Pure.
 */
export function mixFilters(track: AudioTrack, channels: number): readonly string[] {
  if (track.channels > MAX_MIXED_CHANNELS) throw tooManyChannels(track)
  if (!track.hasLayout && LAYOUTS[track.channels] === undefined) return [mixEvenly(track.channels, channels)]
  const layout = LAYOUTS[channels]
  const mix = channels === track.channels || layout === undefined ? [] : [`aformat=channel_layouts=${layout}`]
  return track.hasLayout ? mix : [usualPlaces(track.channels), ...mix]
}

/** Returns how many channels an output of a track has when it may have at most `maxChannels`. Pure. */
export function keptChannels({ channels, hasLayout }: AudioTrack, maxChannels: number): number {
  const isMixedEvenly = !hasLayout && LAYOUTS[channels] === undefined
  return isMixedEvenly ? Math.min(2, maxChannels) : Math.min(channels, maxChannels)
}

// FFmpeg 7 fails on channels that a file marks as unused: it guesses no positions. This assigns them by number.
function usualPlaces(channels: number): string {
  return `channelmap=map=${numbers(channels).join('|')}:channel_layout=${LAYOUTS[channels]}`
}

// So many channels have no known positions: they alternate between the sides, and the mix is as loud as one channel.
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
