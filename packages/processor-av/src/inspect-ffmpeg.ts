import { ENCODERS_FOR } from './encoders-for.ts'
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
    /** The encoders that it lacks, by the capability that needs them ("video/web_720p"). */
    readonly missingEncoders: Readonly<Record<string, readonly string[]>>
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
  const { path, source, version, isOld, encoders, filters } = await inspectBuild(
    await findBinary('ffmpeg', options.ffmpegPath),
  )
  const missing = Object.entries(ENCODERS_FOR).map(
    ([capability, needed]) => [capability, needed.filter((encoder) => !encoders.has(encoder))] as const,
  )
  return {
    ffmpeg: {
      path,
      source,
      version,
      isOld,
      missingEncoders: Object.fromEntries(missing.filter(([, names]) => names.length > 0)),
      canToneMap: filters.has('zscale') && filters.has('tonemap'),
    },
    ffprobe: await findBinary('ffprobe', options.ffprobePath),
  }
}
