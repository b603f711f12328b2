import { audioSettings, keptChannels } from './audio-settings.ts'
import type { Encoding } from './encode.ts'
import type { AudioSettings, OutputSettings, VideoSettings } from './ffmpeg-arguments.ts'
import { outputFrameRate } from './frame-rate.ts'
import { fitInsideEven, type Size } from './geometry.ts'
import type { FfmpegBuild } from './inspect-build.ts'
import { type AudioTrack, durationOf, type VideoTrack } from './media-facts.ts'
import { pictureFilters } from './picture-filters.ts'
import type { NormalVideo, VideoHeight } from './recipes/video-kind.ts'
import type { VariantWork } from './variant-work.ts'

interface VideoFacts {
  readonly box: Size
  readonly crf: number
  readonly maxKbps: number
}

const FACTS: Readonly<Record<VideoHeight, VideoFacts>> = {
  720: { box: { width: 1280, height: 720 }, crf: 23, maxKbps: 2_500 },
  480: { box: { width: 854, height: 480 }, crf: 23, maxKbps: 1_200 },
}
const AUDIO_KBPS = 128
const SLACK_BYTES = 8 * 1024 ** 2

/** Plans H.264 and AAC in MP4, which every browser plays; a silent video stays silent. Pure. */
export function planVideo(
  recipe: NormalVideo,
  video: VideoTrack,
  { facts: { audio, durationMs: wholeMs }, name, path }: Pick<VariantWork, 'facts' | 'name' | 'path'>,
  build: Pick<FfmpegBuild, 'filters'>,
): Encoding {
  const limits = FACTS[recipe.height]
  const size = fitInsideEven(video, limits.box)
  const { filters, isToneMapped } = pictureFilters(video, size, 'video', build)
  const durationMs = durationOf(audio === null ? [video] : [video, audio], wholeMs)
  const output: OutputSettings = {
    target: path,
    format: 'mp4',
    streams: audio === null ? [video.index] : [video.index, audio.index],
    video: h264(limits, [steadyRate(video), ...filters]),
    ...(audio === null ? {} : { audio: stereo(audio) }),
    // Tracks that begin far apart fill the muxer's queue; its old default of 128 packets ends the run.
    options: { max_muxing_queue_size: 4096, ...(recipe.faststart ? { movflags: '+faststart' } : {}) },
  }
  return {
    variant: name,
    output,
    maxFileBytes: maxBytes(limits, durationMs),
    expected: {
      contentType: 'video/mp4',
      demuxer: 'mov',
      videoCodec: 'h264',
      audioCodec: audio === null ? null : 'aac',
      size,
      durationMs,
    },
    ...(video.isHdr ? { metadata: { isToneMapped } } : {}),
  }
}

// `pass` keeps a last frame that is shorter than half of the others.
function steadyRate(video: VideoTrack): string {
  return `fps=fps=${outputFrameRate(video)}:eof_action=pass`
}

function stereo(audio: AudioTrack): AudioSettings {
  return audioSettings(audio, { codec: 'aac', bitrateKbps: AUDIO_KBPS, channels: keptChannels(audio, 2) })
}

function h264({ crf, maxKbps }: VideoFacts, filters: readonly string[]): VideoSettings {
  return {
    codec: 'libx264',
    filters,
    options: {
      preset: 'veryfast',
      'profile:v': 'high',
      crf,
      maxrate: `${maxKbps}k`,
      bufsize: `${maxKbps}k`,
      colorspace: 'bt709',
      color_primaries: 'bt709',
      color_trc: 'bt709',
      color_range: 'tv',
    },
  }
}

// The encoder limits the rate over about a second. The rest is for the container and for a slightly wrong header.
function maxBytes({ maxKbps }: VideoFacts, durationMs: number): number {
  return Math.ceil(((maxKbps + AUDIO_KBPS) / 8) * durationMs * 1.2) + SLACK_BYTES
}
