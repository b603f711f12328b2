import { audioSettings, keptChannels, usualSampleRate } from './audio-settings.ts'
import type { Encoding } from './encode.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import { type Loudness, loudnessFilters } from './loudness.ts'
import { type AudioTrack, durationOf } from './media-facts.ts'
import { AUDIO_FORMAT_FACTS, type AudioCodec, SAMPLE_RATES } from './recipes/audio-formats.ts'
import type { NormalAudio } from './recipes/audio-kind.ts'
import { endOfPart, partOf, type SourcePart } from './source-part.ts'
import type { VariantWork } from './variant-work.ts'

interface AudioFormat {
  readonly encoder: 'aac' | 'libmp3lame' | 'libopus' | 'flac'
  readonly muxer: string
  readonly demuxer: string
  readonly maxChannels: number
  readonly options: FfmpegOptions
}

const FORMATS: Readonly<Record<AudioCodec, AudioFormat>> = {
  aac: { encoder: 'aac', muxer: 'ipod', demuxer: 'mov', maxChannels: 6, options: { movflags: '+faststart' } },
  // No tags, not even an empty list of them.
  mp3: { encoder: 'libmp3lame', muxer: 'mp3', demuxer: 'mp3', maxChannels: 2, options: { id3v2_version: 0 } },
  opus: { encoder: 'libopus', muxer: 'ogg', demuxer: 'ogg', maxChannels: 2, options: {} },
  flac: { encoder: 'flac', muxer: 'flac', demuxer: 'flac', maxChannels: 6, options: {} },
}
// Of one channel of FLAC, at most: that of samples that it cannot make smaller.
const BITS_PER_SAMPLE = 24
const SLACK_BYTES = 4 * 1024 ** 2

/** Returns the number of channels of an output of `audio`. Pure. */
export function outputChannels({ codec, channels }: NormalAudio, audio: AudioTrack): number {
  return channels ?? keptChannels(audio, FORMATS[codec].maxChannels)
}

/** Returns the part of the source that a recipe wants; `null`: all of it. Throws as {@link partOf} does. Pure. */
export function partOfAudio(
  { clip }: NormalAudio,
  audio: AudioTrack,
  work: Pick<VariantWork, 'facts' | 'input' | 'name'>,
): SourcePart | null {
  return clip === null ? null : partOf(clip, [audio], work)
}

/**
 * Plans an audio file; a recipe that normalises uses the measured loudness, or adjusts as it plays. Throws
 * `processing_failed`, not retryable, for a clip after the end. Pure.
 */
export function planAudio(
  recipe: NormalAudio,
  audio: AudioTrack,
  work: Pick<VariantWork, 'facts' | 'input' | 'name' | 'path'>,
  measured: Loudness | null,
): Encoding {
  const { facts, name, path } = work
  const { codec, bitrate, target } = recipe
  const { encoder, muxer, demuxer, options } = FORMATS[codec]
  const channels = outputChannels(recipe, audio)
  const part = partOfAudio(recipe, audio, work)
  const durationMs = part?.durationMs ?? durationOf([audio], facts.durationMs)
  const sampleRate = recipe.sampleRate ?? (codec === 'flac' ? losslessRate(audio) : null)
  const encoding = audioSettings(audio, {
    codec: encoder,
    bitrateKbps: bitrate,
    channels,
    sampleRate,
    filters: recipe.normalize ? loudnessFilters(target, measured) : [],
    part,
    ...(codec === 'flac' ? { options: { sample_fmt: audio.isFine ? 's32' : 's16' } } : {}),
  })
  const kbps = bitrate ?? ((sampleRate ?? 0) * channels * BITS_PER_SAMPLE) / 1_000
  return {
    variant: name,
    settings: part?.settings ?? {},
    isPart: part !== null,
    output: {
      target: path,
      format: muxer,
      streams: [audio.index],
      audio: encoding,
      options: { ...endOfPart(part), ...options },
    },
    maxFileBytes: Math.ceil((kbps / 8) * durationMs * 1.2) + SLACK_BYTES,
    expected: {
      contentType: AUDIO_FORMAT_FACTS[codec].contentType,
      demuxer,
      videoCodec: null,
      audioCodec: codec,
      channels,
      durationMs,
    },
    metadata: {},
  }
}

// A lossless copy keeps the rate of its source, if that is a usual one.
function losslessRate(audio: AudioTrack): number {
  return SAMPLE_RATES.find((rate) => rate === audio.sampleRate) ?? usualSampleRate(audio)
}
