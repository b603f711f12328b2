import { type BuildParts, type FfmpegBuild, lackingParts } from './inspect-build.ts'

const VIDEO: Readonly<Record<string, readonly string[]>> = {
  'video/h264': ['libx264', 'aac'],
  'video/hevc': ['libx265', 'aac'],
  'video/vp9': ['libvpx-vp9', 'libopus'],
  'video/av1': ['libsvtav1', 'aac', 'libopus'],
}

/** The parts that each capability needs in a build of FFmpeg. */
export const CAPABILITY_NEEDS: Readonly<Record<string, BuildParts>> = {
  'poster/jpeg': { encoders: ['mjpeg'] },
  'poster/webp': { encoders: ['libwebp'] },
  'poster/png': { encoders: ['png'] },
  'poster/avif': { encoders: ['libaom-av1'], muxers: ['avif'] },
  'strip/jpeg': { encoders: ['mjpeg'] },
  'preview/webp': { encoders: ['libwebp_anim'] },
  'preview/gif': { encoders: ['gif'], filters: ['palettegen', 'paletteuse'] },
  'preview/mp4': { encoders: ['libx264'] },
  ...Object.fromEntries(
    Object.entries(VIDEO).flatMap(([capability, encoders]): [string, BuildParts][] => [
      [capability, { encoders }],
      [`${capability}+subtitles`, { encoders: [...encoders, 'srt'], filters: ['subtitles'] }],
    ]),
  ),
  'stream/h264': { encoders: ['libx264'], muxers: ['mp4'] },
  'stream/aac': { encoders: ['aac'], muxers: ['mp4'] },
  'audio/aac': { encoders: ['aac'] },
  'audio/mp3': { encoders: ['libmp3lame'] },
  'audio/opus': { encoders: ['libopus'] },
  'audio/flac': { encoders: ['flac'] },
  'waveform/json': { encoders: ['pcm_s16le'] },
  'waveform/svg': { encoders: ['pcm_s16le'] },
  'waveform/png': { encoders: ['pcm_s16le'] },
}

/** The parts that a build lacks for these capabilities. Pure. */
export function lackingOf(
  build: Pick<FfmpegBuild, keyof BuildParts>,
  capabilities: readonly string[],
): readonly string[] {
  return [...new Set(capabilities.flatMap((capability) => lackingParts(build, CAPABILITY_NEEDS[capability] ?? {})))]
}
