import { type AudioPreset, type NormalizedAudioRecipe, type ProcessedOutput, RindleError } from '@rindle/core'
import { audioSettings, mixFilters } from './audio-settings.ts'
import { assertDiskSpace } from './disk-space.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import { type Loudness, loudnessFilters, MEASURE_LOUDNESS, parseLoudness } from './loudness.ts'
import { type AudioTrack, durationOf } from './media-facts.ts'
import { runFfmpeg } from './run-ffmpeg.ts'
import type { VariantWork } from './variant-work.ts'
import { verifyOutput } from './verify-output.ts'

interface AudioFormat {
  readonly encoder: 'aac' | 'libmp3lame'
  readonly codec: string
  readonly muxer: string
  readonly demuxer: string
  readonly contentType: string
  readonly maxChannels: number
  readonly options: FfmpegOptions
}

const FORMATS: Readonly<Record<AudioPreset, AudioFormat>> = {
  m4a_128k: {
    encoder: 'aac',
    codec: 'aac',
    muxer: 'ipod',
    demuxer: 'mov',
    contentType: 'audio/mp4',
    maxChannels: 6,
    options: { movflags: '+faststart' },
  },
  mp3_128k: {
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

/** Makes AAC in MP4 or MP3 from a track of sound, if asked for at a common loudness. */
export async function makeAudio(
  recipe: NormalizedAudioRecipe,
  audio: AudioTrack,
  work: VariantWork,
): Promise<ProcessedOutput> {
  const { context, input, name, path, maxPixels } = work
  const format = FORMATS[recipe.preset]
  const channels = recipe.channels ?? Math.min(audio.channels, format.maxChannels)
  const durationMs = durationOf([audio], work.facts.durationMs)
  const maxFileBytes = Math.ceil((BITRATE_KBPS / 8) * durationMs * 1.2) + SLACK_BYTES
  await assertDiskSpace(context.directory, maxFileBytes)
  const measured = recipe.twoPass ? await measureLoudness(audio, channels, durationMs, work) : null
  const encoding = audioSettings(audio, {
    codec: format.encoder,
    bitrateKbps: BITRATE_KBPS,
    channels,
    filters: recipe.normalize ? loudnessFilters(measured) : [],
  })
  const done = measured === null ? 0 : 0.5
  await runFfmpeg(
    {
      input,
      settings: {},
      outputs: [
        { target: path, format: format.muxer, streams: [audio.index], audio: encoding, options: format.options },
      ],
      maxFileBytes,
      maxPixels,
      variant: name,
      onProgress: (seconds) => work.onProgress(done + ((1 - done) * seconds * 1_000) / durationMs),
    },
    context,
  )
  const { contentType, demuxer, codec: audioCodec } = format
  const expected = { contentType, demuxer, videoCodec: null, audioCodec, channels, durationMs }
  return verifyOutput(path, name, expected, context)
}

async function measureLoudness(
  audio: AudioTrack,
  channels: number,
  durationMs: number,
  { context, input, name, maxPixels, onProgress }: VariantWork,
): Promise<Loudness> {
  const filters = [...mixFilters(audio, channels), MEASURE_LOUDNESS]
  const messages = await runFfmpeg(
    {
      input,
      settings: {},
      outputs: [{ target: '-', format: 'null', streams: [audio.index], audio: { codec: 'pcm_s16le', filters } }],
      maxFileBytes: 0,
      maxPixels,
      variant: name,
      onProgress: (seconds) => onProgress((0.5 * seconds * 1_000) / durationMs),
    },
    context,
  )
  const measured = parseLoudness(messages)
  if (measured !== null) return measured
  throw new RindleError('ffmpeg_failed', `FFmpeg did not say how loud the source of ${name} is.`, {
    details: { variant: name },
  })
}
