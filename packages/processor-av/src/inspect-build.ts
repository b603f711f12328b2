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
  readonly encoders: ReadonlySet<string>
  readonly filters: ReadonlySet<string>
}

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
    encoders: parseListing(await listing(path, '-encoders')),
    filters: parseListing(await listing(path, '-filters')),
  }
}

/** Throws `processor_capability_missing`, which names them, when a build lacks any of these encoders. */
export function requireEncoders(build: FfmpegBuild, encoders: readonly string[]): void {
  const missing = encoders.filter((encoder) => !build.encoders.has(encoder))
  if (missing.length === 0) return
  const message = `FFmpeg ${build.version} (${build.path}) was built without ${missing.join(', ')}; install a build that has it.`
  throw new RindleError('processor_capability_missing', message, { details: { missing, version: build.version } })
}

// " V..... libx264   libx264 H.264 (codec h264)", " TS. yadif   V->V   Deinterlace".
function parseListing(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(/^ [A-Z.|]{2,6} +([\w-]+) /gm), ([, name = '']) => name))
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
