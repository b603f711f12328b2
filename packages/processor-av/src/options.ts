import { availableParallelism } from 'node:os'
import { checkOptions } from '@rindle/core/adapter'
import { z } from 'zod'

const GIBIBYTE = 1024 ** 3
// Beyond this, more threads make x264 and the decoders hold more frames, but hardly make them faster.
const MAX_DEFAULT_THREADS = 16

/** Options of `avProcessor`. */
export interface AvProcessorOptions {
  /**
   * The path of the ffmpeg program. If no program is there, that is an error: nothing else is tried.
   * @default RINDLE_FFMPEG_PATH, else `ffmpeg` on PATH, else the one of `@ffmpeg-installer/ffmpeg`
   */
  readonly ffmpegPath?: string
  /**
   * The path of the ffprobe program, by the same rule.
   * @default RINDLE_FFPROBE_PATH, else `ffprobe` on PATH, else the one of `@ffprobe-installer/ffprobe`
   */
  readonly ffprobePath?: string
  /**
   * Threads of each decoder, filter and encoder of one FFmpeg; 1 to 64.
   * @default the number of cores, at most 16
   */
  readonly threads?: number
  /**
   * Wall time of one run of FFmpeg, in seconds; 1 to 86,400. A variant takes one run or two; a poster of a damaged video
   * takes up to nine.
   * @default 14400
   */
  readonly timeoutSeconds?: number
  /**
   * An encoder that makes no progress for this many seconds counts as hung; 1 to 86,400.
   * @default 300
   */
  readonly stallTimeoutSeconds?: number
  /**
   * Address space of one FFmpeg in bytes, where the system can limit it (not on Windows and macOS). Address space is
   * more than memory in use: each thread reserves some. Outputs that need more together are made one after the other.
   * @default 4 GiB
   */
  readonly maxMemoryBytes?: number
}

/** {@link AvProcessorOptions}, checked and complete. A path that is not given is searched for. */
export interface AvProcessorConfig {
  readonly ffmpegPath: string | undefined
  readonly ffprobePath: string | undefined
  readonly threads: number
  readonly timeoutMs: number
  readonly stallTimeoutMs: number
  readonly maxMemoryBytes: number
}

const seconds = z.int().min(1).max(86_400)
const schema = z.strictObject({
  ffmpegPath: z.string().min(1).optional(),
  ffprobePath: z.string().min(1).optional(),
  threads: z.int().min(1).max(64).optional(),
  timeoutSeconds: seconds.default(14_400),
  stallTimeoutSeconds: seconds.default(300),
  maxMemoryBytes: z
    .int()
    .min(GIBIBYTE / 4)
    .default(4 * GIBIBYTE),
})

/** Checks the options, without I/O. Throws `config_invalid` with every problem and its path. */
export function parseOptions(options: AvProcessorOptions): AvProcessorConfig {
  const { ffmpegPath, ffprobePath, threads, timeoutSeconds, stallTimeoutSeconds, maxMemoryBytes } = checkOptions(
    'avProcessor',
    schema,
    options,
  )
  return {
    ffmpegPath,
    ffprobePath,
    threads: threads ?? Math.min(availableParallelism(), MAX_DEFAULT_THREADS),
    timeoutMs: timeoutSeconds * 1_000,
    stallTimeoutMs: stallTimeoutSeconds * 1_000,
    maxMemoryBytes,
  }
}
