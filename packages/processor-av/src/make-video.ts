import type { NormalizedVideoRecipe, ProcessedOutput, VideoPreset } from '@rindle/core'
import { audioSettings } from './audio-settings.ts'
import { assertDiskSpace } from './disk-space.ts'
import type { AudioSettings, VideoSettings } from './ffmpeg-arguments.ts'
import { outputFrameRate } from './frame-rate.ts'
import { fitInsideEven, type Size } from './geometry.ts'
import { type AudioTrack, durationOf, type VideoTrack } from './media-facts.ts'
import { pictureFilters } from './picture-filters.ts'
import { runFfmpeg } from './run-ffmpeg.ts'
import type { VariantWork } from './variant-work.ts'
import { verifyOutput } from './verify-output.ts'

interface VideoFacts {
  readonly box: Size
  readonly crf: number
  readonly maxKbps: number
}

const PRESETS: Readonly<Record<VideoPreset, VideoFacts>> = {
  web_720p: { box: { width: 1280, height: 720 }, crf: 23, maxKbps: 2_500 },
  web_480p: { box: { width: 854, height: 480 }, crf: 23, maxKbps: 1_200 },
}
const AUDIO_KBPS = 128

/** Makes H.264 and AAC in MP4 that every browser plays; a silent video stays silent. */
export async function makeVideo(
  recipe: NormalizedVideoRecipe,
  video: VideoTrack,
  work: VariantWork,
): Promise<ProcessedOutput> {
  const { context, facts, input, name, path } = work
  const preset = PRESETS[recipe.preset]
  const size = fitInsideEven(video, preset.box)
  const { filters, isToneMapped } = pictureFilters(video, size, 'video', await context.toolchain.ffmpeg())
  const durationMs = durationOf(facts.audio === null ? [video] : [video, facts.audio], facts.durationMs)
  const maxFileBytes = maxBytes(preset, durationMs)
  await assertDiskSpace(context.directory, maxFileBytes)
  const sound = facts.audio === null ? {} : { audio: stereo(facts.audio) }
  await runFfmpeg(
    {
      input,
      settings: {},
      maxFileBytes,
      maxPixels: work.maxPixels,
      variant: name,
      outputs: [
        {
          target: path,
          format: 'mp4',
          streams: facts.audio === null ? [video.index] : [video.index, facts.audio.index],
          video: h264(preset, [steadyRate(video), ...filters]),
          ...sound,
          options: { max_muxing_queue_size: 4096, ...(recipe.faststart ? { movflags: '+faststart' } : {}) },
        },
      ],
      onProgress: (seconds) => work.onProgress((seconds * 1_000) / durationMs),
    },
    context,
  )
  const output = await verifyOutput(
    path,
    name,
    {
      contentType: 'video/mp4',
      demuxer: 'mov',
      videoCodec: 'h264',
      audioCodec: facts.audio === null ? null : 'aac',
      size,
      durationMs,
    },
    context,
  )
  return video.isHdr ? { ...output, metadata: { isToneMapped } } : output
}

// `pass`: a last frame that is shorter than half of the others is kept all the same.
function steadyRate(video: VideoTrack): string {
  return `fps=fps=${outputFrameRate(video)}:eof_action=pass`
}

function stereo(audio: AudioTrack): AudioSettings {
  return audioSettings(audio, { codec: 'aac', bitrateKbps: AUDIO_KBPS, channels: Math.min(audio.channels, 2) })
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

const SLACK_BYTES = 8 * 1024 ** 2

// The rate is bounded over any second or so; the rest is for the container and for a header that is a little wrong.
function maxBytes({ maxKbps }: VideoFacts, durationMs: number): number {
  return Math.ceil(((maxKbps + AUDIO_KBPS) / 8) * durationMs * 1.2) + SLACK_BYTES
}
