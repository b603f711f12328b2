import { tmpdir } from 'node:os'
import { RindleError } from '@rindle/core'
import type { Binary, BinarySource } from './find-binary.ts'
import { NO_FILE_BYTES, runProgram } from './run-program.ts'

/** The facts that a build of FFmpeg reports about itself. */
export interface FfmpegBuild {
  readonly path: string
  readonly source: BinarySource
  /** The version as the build prints it: "5.1.9-0+deb12u1", "N-47683-g0e8eb07980-static". */
  readonly version: string
  /** Whether it is older than 6.0: it works, but gets no more fixes. */
  readonly isOld: boolean
  /** Without those that the build itself calls experimental. */
  readonly encoders: ReadonlySet<string>
  readonly filters: ReadonlySet<string>
  readonly muxers: ReadonlySet<string>
}

/** Parts of a build, by the lists that it prints. */
export type BuildParts = Partial<
  Readonly<Record<keyof Pick<FfmpegBuild, 'encoders' | 'filters' | 'muxers'>, readonly string[]>>
>

// libavcodec of FFmpeg 6.0. Builds between releases are named by a commit, but every build has this number.
const FIRST_CURRENT_LIBAVCODEC = 60

const MEBIBYTE = 1024 ** 2
const INSPECTION_LIMITS = { maxMemoryBytes: 4096 * MEBIBYTE, maxFileBytes: NO_FILE_BYTES, timeoutMs: 30_000 }
const MAX_LISTING_BYTES = 4 * MEBIBYTE

/** Asks a program for its version, encoders and filters. Throws `program_not_found` when it is not an ffmpeg. */
export async function inspectBuild({ path, source }: Binary): Promise<FfmpegBuild> {
  const about = await listing(path, '-version')
  const version = /^ffmpeg version (\S+)/m.exec(about)?.[1]
  const libavcodec = /^libavcodec\s+(\d+)\./m.exec(about)?.[1]
  if (version === undefined || libavcodec === undefined) {
    throw new RindleError('program_not_found', `${path} is not an ffmpeg: it prints no version.`, {
      details: { path },
    })
  }
  return {
    path,
    source,
    version,
    isOld: Number(libavcodec) < FIRST_CURRENT_LIBAVCODEC,
    encoders: parseListing(await listing(path, '-encoders'), /^[A-Z.]{3}X/),
    filters: parseListing(await listing(path, '-filters')),
    muxers: parseListing(await listing(path, '-muxers')),
  }
}

/** The parts that a build lacks of these. Pure. */
export function lackingParts(
  build: Pick<FfmpegBuild, keyof BuildParts>,
  { encoders = [], filters = [], muxers = [] }: BuildParts,
): readonly string[] {
  return [
    ...encoders.filter((name) => !build.encoders.has(name)),
    ...filters.filter((name) => !build.filters.has(name)).map((name) => `the filter ${name}`),
    ...muxers.filter((name) => !build.muxers.has(name)).map((name) => `the format ${name}`),
  ]
}

/** Throws `processor_capability_missing`, which names them, when a build lacks any of these parts. */
export function requireParts(build: FfmpegBuild, parts: BuildParts): void {
  const missing = lackingParts(build, parts)
  if (missing.length === 0) return
  const message = `FFmpeg ${build.version} (${build.path}) was built without ${missing.join(', ')}; install a build that has it.`
  throw new RindleError('processor_capability_missing', message, { details: { missing, version: build.version } })
}

// " V..... libx264   libx264 H.264 (codec h264)", " TS. yadif   V->V   Deinterlace", "  E mp4   MP4", " A..X.. opus   Opus".
function parseListing(text: string, unusable?: RegExp): ReadonlySet<string> {
  const lines = Array.from(text.matchAll(/^ ([A-Z.| ]{1,6}) +([\w-]+) /gm))
  const usable = lines.filter(([, flags = '']) => unusable?.test(flags) !== true)
  return new Set(usable.map(([, , name = '']) => name))
}

async function listing(path: string, option: string): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  const { exitCode, signal, messages } = await runProgram(
    { program: path, arguments: ['-hide_banner', option].slice(option === '-version' ? 1 : 0) },
    {
      limits: INSPECTION_LIMITS,
      directory: tmpdir(),
      onOutput: (chunk) => {
        bytes += chunk.length
        if (bytes <= MAX_LISTING_BYTES) chunks.push(chunk)
        return true
      },
    },
  )
  if (exitCode === 0) return Buffer.concat(chunks).toString('utf8')
  const end = signal ?? `exit code ${exitCode}`
  throw new RindleError('program_not_found', `${path} ${option} ended with ${end}: ${messages.trim().slice(-500)}`, {
    details: { path },
  })
}
