import { audioSettings, keptChannels } from './audio-settings.ts'
import type { Encoding } from './encode.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import { type Loudness, loudnessFilters } from './loudness.ts'
import { type AudioTrack, durationOf } from './media-facts.ts'
import type { AudioCodec, NormalAudio } from './recipes/audio-kind.ts'
import type { VariantWork } from './variant-work.ts'

interface AudioFormat {
  readonly encoder: 'aac' | 'libmp3lame'
  readonly codec: string
  readonly muxer: string
  readonly demuxer: string
  readonly contentType: string
  readonly maxChannels: number
  readonly options: FfmpegOptions
}

const FORMATS: Readonly<Record<AudioCodec, AudioFormat>> = {
  aac: {
    encoder: 'aac',
    codec: 'aac',
    muxer: 'ipod',
    demuxer: 'mov',
    contentType: 'audio/mp4',
    maxChannels: 6,
    options: { movflags: '+faststart' },
  },
  mp3: {
    encoder: 'libmp3lame',
    codec: 'mp3',
    muxer: 'mp3',
    demuxer: 'mp3',
    contentType: 'audio/mpeg',
    maxChannels: 2,
    // No tags, not even an empty list of them.
    options: { id3v2_version: 0 },
  },
}
const BITRATE_KBPS = 128
const SLACK_BYTES = 4 * 1024 ** 2

/** Returns the number of channels of an output of `audio`. Pure. */
export function outputChannels({ codec, channels }: NormalAudio, audio: AudioTrack): number {
  return channels ?? keptChannels(audio, FORMATS[codec].maxChannels)
}

/** Plans AAC in MP4, or MP3; a recipe that normalises uses the measured loudness, or adjusts as it plays. Pure. */
export function planAudio(
  recipe: NormalAudio,
  audio: AudioTrack,
  { facts, name, path }: Pick<VariantWork, 'facts' | 'name' | 'path'>,
  measured: Loudness | null,
): Encoding {
  const { encoder, codec: audioCodec, muxer, demuxer, contentType, options } = FORMATS[recipe.codec]
  const channels = outputChannels(recipe, audio)
  const durationMs = durationOf([audio], facts.durationMs)
  const encoding = audioSettings(audio, {
    codec: encoder,
    bitrateKbps: BITRATE_KBPS,
    channels,
    filters: recipe.normalize ? loudnessFilters(measured) : [],
  })
  return {
    variant: name,
    output: { target: path, format: muxer, streams: [audio.index], audio: encoding, options },
    maxFileBytes: Math.ceil((BITRATE_KBPS / 8) * durationMs * 1.2) + SLACK_BYTES,
    expected: { contentType, demuxer, videoCodec: null, audioCodec, channels, durationMs },
  }
}
