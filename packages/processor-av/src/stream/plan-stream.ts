import { RindleError } from '@rindle/core'
import { audioSettings, keptChannels, usualSampleRate } from '../audio-settings.ts'
import type { Encoding } from '../encode.ts'
import type { FfmpegOptions } from '../ffmpeg-options.ts'
import { outputFrameRate } from '../frame-rate.ts'
import { fitInsideEven, type Size } from '../geometry.ts'
import type { FfmpegBuild } from '../inspect-build.ts'
import { type AudioTrack, durationOf, type VideoTrack } from '../media-facts.ts'
import { pictureFilters } from '../picture-filters.ts'
import type { NormalStreamSound, NormalStreamVideo } from '../recipes/stream-options.ts'
import type { VariantWork } from '../variant-work.ts'
import { STANDARD_COLOURS, VIDEO_ENCODERS } from '../video-encoders.ts'
import { MAX_SEGMENTS } from './read-stream.ts'

// With a head that is written late, the delays of encoders are known to it: other ways put the picture 67 ms late.
const FRAGMENTED = '+frag_keyframe+delay_moov+default_base_moof'
const QUEUED_PACKETS = 4096
const KEY_FRAME_SECONDS = 2
const SLACK_BYTES = 4 * 1024 ** 2
const SOUND_OVERSHOOT = 1.2

type StreamWork = Pick<VariantWork, 'facts' | 'name' | 'path'> & { readonly threads: number }

/**
 * Plans the pictures of a stream in one size. All sizes have the same frames and the same key frames. Throws
 * `processing_failed`, not retryable, for a film of too many segments. Pure.
 */
export function planStreamVideo(
  recipe: NormalStreamVideo,
  video: VideoTrack,
  { facts, name, path, threads }: StreamWork,
  build: Pick<FfmpegBuild, 'filters'>,
): Encoding {
  const { codec, segmentSeconds, maxBitrate } = recipe
  const durationMs = durationOf([video], facts.durationMs)
  assertFewSegments(name, durationMs, segmentSeconds)
  const size = sizeOf(recipe, video)
  const frameRate = outputFrameRate(video, recipe.fps)
  const { filters, isToneMapped } = pictureFilters(video, size, 'video', build)
  const encoder = VIDEO_ENCODERS[codec]
  return {
    variant: name,
    settings: {},
    isPart: false,
    output: {
      target: path,
      format: 'mp4',
      streams: [video.index],
      video: {
        codec: encoder.name,
        // A picture that comes late is shown from the beginning.
        filters: [`fps=fps=${frameRate}:start_time=0:eof_action=pass`, ...filters],
        options: { ...encoder.options(recipe, threads), ...keyFrames(segmentSeconds), ...STANDARD_COLOURS },
      },
      options: { movflags: FRAGMENTED, max_muxing_queue_size: QUEUED_PACKETS },
    },
    maxFileBytes: Math.ceil(((maxBitrate * encoder.overshoot) / 8) * durationMs) + SLACK_BYTES,
    expected: {
      contentType: 'video/mp4',
      demuxer: 'mov',
      videoCodec: codec,
      audioCodec: null,
      size,
      durationMs,
      frameMs: 1_000 / frameRate,
    },
    metadata: video.isHdr ? { isToneMapped } : {},
    stream: { role: 'video', segmentSeconds, frameRate },
  }
}

/** Plans one sound track of a stream. Throws as {@link planStreamVideo} does. Pure. */
export function planStreamSound(
  { track, segmentSeconds, bitrate }: NormalStreamSound,
  audio: AudioTrack,
  { facts, name, path }: StreamWork,
): Encoding {
  const durationMs = durationOf([audio], facts.durationMs)
  assertFewSegments(name, durationMs, segmentSeconds)
  const channels = keptChannels(audio, 2)
  const sampleRate = usualSampleRate(audio)
  const { language, title } = audio
  return {
    variant: name,
    settings: {},
    isPart: false,
    output: {
      target: path,
      format: 'mp4',
      streams: [audio.index],
      audio: audioSettings(audio, { codec: 'aac', bitrateKbps: bitrate, channels, sampleRate }),
      options: {
        movflags: FRAGMENTED,
        // Sound has no key frames that could end a fragment.
        frag_duration: segmentSeconds * 1_000_000,
        max_muxing_queue_size: QUEUED_PACKETS,
      },
    },
    maxFileBytes: Math.ceil((bitrate / 8) * durationMs * SOUND_OVERSHOOT) + SLACK_BYTES,
    expected: { contentType: 'audio/mp4', demuxer: 'mov', videoCodec: null, audioCodec: 'aac', channels, durationMs },
    metadata: {},
    stream: {
      role: 'sound',
      segmentSeconds,
      sound: {
        channels,
        sampleRate,
        ...(language === null ? {} : { language }),
        ...(title === null ? {} : { name: title }),
        index: track - 1,
      },
    },
  }
}

/** Key frames at the bounds of segments and about every two seconds between, and nowhere else. */
function keyFrames(segmentSeconds: number): FfmpegOptions {
  const interval = segmentSeconds / Math.round(segmentSeconds / KEY_FRAME_SECONDS)
  return { force_key_frames: `expr:gte(t,n_forced*${interval})`, g: 100_000, sc_threshold: 0 }
}

function sizeOf({ height }: NormalStreamVideo, video: VideoTrack): Size {
  // An even width: 854 for 480 lines.
  const long = 2 * Math.ceil((height * 8) / 9)
  const isPortrait = video.height > video.width
  return fitInsideEven(video, isPortrait ? { width: height, height: long } : { width: long, height })
}

function assertFewSegments(variant: string, durationMs: number, segmentSeconds: number): void {
  const segments = Math.ceil(durationMs / 1_000 / segmentSeconds)
  if (segments <= MAX_SEGMENTS) return
  const message = `Variant ${variant} cannot be made: it would have ${segments} segments, and ${MAX_SEGMENTS} are the most. Declare its stream with longer ones.`
  throw new RindleError('processing_failed', message, {
    details: { variant, segments, maxSegments: MAX_SEGMENTS },
    retryable: false,
  })
}
