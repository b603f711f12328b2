import { CAPABILITY_NEEDS, lackingOf } from './capability-needs.ts'
import { type Binary, findBinary } from './find-binary.ts'
import { inspectBuild } from './inspect-build.ts'
import type { AvProcessorOptions } from './options.ts'

/** The FFmpeg that a processor with these options uses, and what it cannot do. */
export interface FfmpegReport {
  readonly ffmpeg: Binary & {
    /** The version as the build prints it: "5.1.9-0+deb12u1", "N-47683-g0e8eb07980-static". */
    readonly version: string
    /** Whether it is older than 6.0: it works, but its decoders get no more fixes. */
    readonly isOld: boolean
    /** The encoders, filters and formats that it lacks, by the capability that needs them ("video/hevc"). */
    readonly missing: Readonly<Record<string, readonly string[]>>
    /** Whether it can map high dynamic range to standard range. */
    readonly canToneMap: boolean
  }
  readonly ffprobe: Binary
}

/**
 * Searches for FFmpeg as `avProcessor` does, and asks it what it can do; remembers nothing. Throws `program_not_found`,
 * also for a program that is not an ffmpeg.
 */
export async function inspectFfmpeg(
  options: Pick<AvProcessorOptions, 'ffmpegPath' | 'ffprobePath'> = {},
): Promise<FfmpegReport> {
  const build = await inspectBuild(await findBinary('ffmpeg', options.ffmpegPath))
  const { path, source, version, isOld, filters } = build
  const missing = Object.keys(CAPABILITY_NEEDS).map(
    (capability) => [capability, lackingOf(build, [capability])] as const,
  )
  return {
    ffmpeg: {
      path,
      source,
      version,
      isOld,
      missing: Object.fromEntries(missing.filter(([, names]) => names.length > 0)),
      canToneMap: filters.has('zscale') && filters.has('tonemap'),
    },
    ffprobe: await findBinary('ffprobe', options.ffprobePath),
  }
}
