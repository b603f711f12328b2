import { RindleError } from '@rindle/core'
import { audioSettings, keptChannels } from './audio-settings.ts'
import { drawnSubtitles } from './burn-subtitles.ts'
import type { Encoding } from './encode.ts'
import type { AudioSettings } from './ffmpeg-arguments.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import { outputFrameRate } from './frame-rate.ts'
import { fitInsideEven, type Size } from './geometry.ts'
import type { FfmpegBuild } from './inspect-build.ts'
import { loudnessFilters } from './loudness.ts'
import { type AudioTrack, durationOf, type VideoTrack } from './media-facts.ts'
import { pictureFilters } from './picture-filters.ts'
import { usualMaxBitrate, type VideoContainer } from './recipes/video-formats.ts'
import type { NormalVideo, NormalVideoSound } from './recipes/video-options.ts'
import { endOfPart, partOf, partOfPictures, type SourcePart } from './source-part.ts'
import type { VariantWork } from './variant-work.ts'
import { STANDARD_COLOURS, VIDEO_ENCODERS } from './video-encoders.ts'

interface Container {
  readonly contentType: string
  readonly demuxer: string
  readonly audioEncoder: 'aac' | 'libopus'
  readonly audioCodec: string
}

const CONTAINERS: Readonly<Record<VideoContainer, Container>> = {
  mp4: { contentType: 'video/mp4', demuxer: 'mov', audioEncoder: 'aac', audioCodec: 'aac' },
  webm: { contentType: 'video/webm', demuxer: 'matroska', audioEncoder: 'libopus', audioCodec: 'opus' },
}
// The most that quality alone makes of a film, as a multiple of the usual limit of H.264.
const UNLIMITED_SHARE = 4
const SLACK_BYTES = 8 * 1024 ** 2

/**
 * Plans a video; a silent one stays silent. `subtitles` is the name of the file with the text to draw, if there is any.
 * Throws `processing_failed`, not retryable, for a clip after the end, and for a picture that is too small for the codec.
 * Pure.
 */
export function planVideo(
  recipe: NormalVideo,
  video: VideoTrack,
  work: Pick<VariantWork, 'facts' | 'input' | 'name' | 'path'> & { readonly threads: number },
  build: Pick<FfmpegBuild, 'filters'>,
  subtitles: string | null,
): Encoding {
  const { facts, name, path, threads } = work
  const { codec, container } = recipe
  const audio = recipe.audio === false ? null : facts.audio
  const tracks = audio === null ? [video] : [video, audio]
  const part = recipe.clip === null ? null : partOf(recipe.clip, tracks, work)
  const durationMs = part?.durationMs ?? durationOf(tracks, facts.durationMs)
  const size = sizeOf(recipe, video, name)
  const frameRate = outputFrameRate(video, recipe.fps)
  const { filters, isToneMapped } = pictureFilters(video, size, 'video', build)
  const encoder = VIDEO_ENCODERS[codec]
  const { contentType, demuxer, audioEncoder, audioCodec } = CONTAINERS[container]
  return {
    variant: name,
    settings: part?.settings ?? {},
    isPart: part !== null,
    output: {
      target: path,
      format: container,
      streams: tracks.map(({ index }) => index),
      video: {
        codec: encoder.name,
        filters: [...partOfPictures(part, frameRate), ...filters, ...drawnSubtitles(subtitles, part)],
        options: { ...encoder.options(recipe, threads), ...STANDARD_COLOURS },
      },
      ...(audio === null || recipe.audio === false ? {} : { audio: soundOf(recipe.audio, audio, audioEncoder, part) }),
      options: { ...endOfPart(part), ...muxerOptions(recipe) },
    },
    maxFileBytes: maxBytes(recipe, durationMs),
    expected: {
      contentType,
      demuxer,
      videoCodec: codec,
      audioCodec: audio === null ? null : audioCodec,
      size,
      durationMs,
      frameMs: 1_000 / frameRate,
    },
    metadata: {
      ...(video.isHdr ? { isToneMapped } : {}),
      ...(recipe.subtitles === 'burn' ? { hasBurntSubtitles: subtitles !== null } : {}),
    },
  }
}

function sizeOf({ height, codec }: NormalVideo, video: VideoTrack, variant: string): Size {
  // An even width: 854 for 480 lines.
  const size = fitInsideEven(video, { width: 2 * Math.ceil((height * 8) / 9), height })
  const { minSide } = VIDEO_ENCODERS[codec]
  if (Math.min(size.width, size.height) < minSide) throw tooSmall(variant, size, codec, minSide)
  return size
}

function muxerOptions({ container, faststart }: NormalVideo): FfmpegOptions {
  return {
    // Tracks that begin far apart fill the muxer's queue; its old default of 128 packets ends the run.
    max_muxing_queue_size: 4096,
    ...(container === 'mp4' && faststart ? { movflags: '+faststart' } : {}),
  }
}

function soundOf(
  { bitrate, channels, normalize, target }: NormalVideoSound,
  audio: AudioTrack,
  encoder: Container['audioEncoder'],
  part: SourcePart | null,
): AudioSettings {
  return audioSettings(audio, {
    codec: encoder,
    bitrateKbps: bitrate,
    channels: channels ?? keptChannels(audio, 2),
    filters: normalize ? loudnessFilters(target, null) : [],
    part,
  })
}

// Of sound, which encoders exceed a little. The rest is for the container and for a slightly wrong header.
const SOUND_OVERSHOOT = 1.2

function maxBytes({ height, codec, maxBitrate, audio }: NormalVideo, durationMs: number): number {
  const unlimited = (usualMaxBitrate(height, 'h264') ?? 0) * UNLIMITED_SHARE
  const pictures = maxBitrate === null ? unlimited : maxBitrate * VIDEO_ENCODERS[codec].overshoot
  const sound = audio === false ? 0 : audio.bitrate * SOUND_OVERSHOOT
  return Math.ceil(((pictures + sound) / 8) * durationMs) + SLACK_BYTES
}

function tooSmall(variant: string, { width, height }: Size, codec: string, minSide: number): RindleError {
  const message = `Variant ${variant} cannot be made: its picture has ${width} × ${height} pixels, and the encoder of ${codec} takes none below ${minSide} × ${minSide}.`
  return new RindleError('processing_failed', message, {
    details: { variant, width, height, minSide },
    retryable: false,
  })
}
