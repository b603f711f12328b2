import { ENCODERS_FOR } from './encoders-for.ts'
import { type Binary, findBinary } from './find-binary.ts'
import { inspectBuild } from './inspect-build.ts'
import type { AvProcessorOptions } from './options.ts'

/** What FFmpeg a processor with these options uses, and what that cannot do. */
export interface FfmpegReport {
  readonly ffmpeg: Binary & {
    /** As it calls itself: "5.1.9-0+deb12u1", "N-47683-g0e8eb07980-static". */
    readonly version: string
    /** Older than 6.0: it works, but its decoders get no repairs any more. */
    readonly isOld: boolean
    /** Encoders that it was built without, by the capability that needs them ("video/web_720p"). */
    readonly missingEncoders: Readonly<Record<string, readonly string[]>>
    /** Whether it maps high dynamic range to what ordinary screens show. */
    readonly canToneMap: boolean
  }
  readonly ffprobe: Binary
}

/**
 * Looks for FFmpeg as `avProcessor` does, and asks it what it can do; nothing is remembered. Throws `ffmpeg_not_found`,
 * and `ffmpeg_failed` for a program that is no ffmpeg.
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
