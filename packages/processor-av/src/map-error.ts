import { type ErrorCode, RindleError } from '@rindle/core'
import type { MediaInput } from './media-input.ts'
import type { ProgramEnd } from './run-program.ts'

/** What was being done when a program of FFmpeg failed. */
export interface FailedStep {
  readonly program: 'ffmpeg' | 'ffprobe'
  /** `read` the header, `make` an output. */
  readonly step: 'read' | 'make'
  readonly input: Pick<MediaInput, 'path' | 'contentType'>
  /** The variant that it was for, if any. */
  readonly variant?: string
}

interface Mapping {
  readonly pattern: RegExp
  readonly code: ErrorCode
  readonly what: string
}

// FFmpeg's exit codes say little: the text is all there is. The first that fits counts.
const MAPPINGS: readonly Mapping[] = [
  {
    pattern: /Cannot allocate memory|Error allocating|malloc of size|failed to map segment/,
    code: 'processing_failed',
    what: 'there is not enough memory; raise `maxMemoryBytes` or lower `threads` of avProcessor',
  },
  {
    // Of the system's loader, which says "No such file" as well.
    pattern: /error while loading shared libraries|Library not loaded|cannot execute|Exec format error/,
    code: 'ffmpeg_not_found',
    what: 'this FFmpeg does not start; install a complete one',
  },
  {
    pattern: /No such file or directory/,
    code: 'variant_source_not_found',
    what: 'the file is not there; check that it is still stored',
  },
  {
    pattern: /No space left on device|Disk quota exceeded/,
    code: 'insufficient_disk',
    what: 'the disk is full; free space in the work directory',
  },
  {
    pattern: /Unknown (en|de)coder|Encoder \S+ not found|No such filter/,
    code: 'processor_capability_missing',
    what: 'this build of FFmpeg lacks a part that is needed; install a complete one',
  },
  {
    pattern: /not on whitelist/,
    code: 'corrupt_media',
    what: 'it is not what its first bytes say, or refers to other files',
  },
  {
    pattern: /Picture size \S+ (is invalid|exceeds)|exceeds? max_pixels|Dimensions \S+ (too large|not set)/i,
    code: 'limit_exceeded',
    what: 'its pictures have more pixels than may be decoded',
  },
  {
    pattern: /Decoder .*not found|no decoder found|Could not find codec parameters|Unknown.*codec.*not supported/,
    code: 'unsupported_codec',
    what: 'this build of FFmpeg cannot decode it; convert the file to H.264 and AAC in MP4 before the upload',
  },
  {
    pattern: /Invalid data found|moov atom not found|Error while decoding|End of file|Failed to read frame size/,
    code: 'corrupt_media',
    what: 'the file is truncated or damaged; upload it again',
  },
]

const SIGNALS: Partial<Readonly<Record<NodeJS.Signals, Omit<Mapping, 'pattern'>>>> = {
  SIGXFSZ: {
    code: 'limit_exceeded',
    what: 'the output grew larger than media of its duration can be; the header of the file is wrong',
  },
}
/** Signals that a program does not bring upon itself: the system sends the first when there is no memory left. */
const FROM_OUTSIDE: readonly NodeJS.Signals[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']
const KILLED: Omit<Mapping, 'pattern'> = {
  code: 'process_killed',
  what: 'it was killed from outside, by the system perhaps, for want of memory',
}
const CRASHED: Omit<Mapping, 'pattern'> = { code: 'ffmpeg_failed', what: 'it crashed' }
const FAILED: Omit<Mapping, 'pattern'> = { code: 'ffmpeg_failed', what: 'it ended with an error' }

/** Gives the `RindleError` for a program of FFmpeg that ended with an error. Nothing else reads its messages. Pure. */
export function runFailure(end: ProgramEnd, { program, step, input, variant }: FailedStep): RindleError {
  const { code, what } = reasonOf(end)
  const said = lastError(end.messages, input.path)
  const ended = end.signal ?? `exit code ${end.exitCode}`
  const purpose = variant === undefined ? '' : ` for ${variant}`
  const message = `Could not ${step} the ${input.contentType}${purpose}: ${what} (${program}, ${ended}${said}).`
  return new RindleError(code, message, {
    details: {
      program,
      step,
      contentType: input.contentType,
      exitCode: end.exitCode,
      signal: end.signal,
      ...(variant === undefined ? {} : { variant }),
    },
  })
}

function reasonOf({ signal, messages }: ProgramEnd): Omit<Mapping, 'pattern'> {
  if (signal !== null) return SIGNALS[signal] ?? (FROM_OUTSIDE.includes(signal) ? KILLED : CRASHED)
  const errors = errorLines(messages).join('\n')
  return MAPPINGS.find(({ pattern }) => pattern.test(errors)) ?? FAILED
}

// Warnings are no reasons: a file may have its faults and still be made. A line without a level is not FFmpeg's own; it
// comes from the system, which could not run it.
function errorLines(messages: string): readonly string[] {
  const lines = messages.split('\n').filter((line) => line.trim() !== '')
  return lines.filter((line) => !/\[(warning|info|verbose|debug)\]/.test(line))
}

const MAX_MESSAGE_CHARACTERS = 300

// A path is no news to anybody who may read it, and addresses in memory are none to anybody.
function lastError(messages: string, path: string): string {
  const last = errorLines(messages).at(-1) ?? ''
  const line = last.replaceAll(path, 'source').replace(/\[[^\]]*@ 0x[0-9a-f]+\] |\[\w+\] /g, '')
  return line === '' ? '' : `: ${line.trim().slice(0, MAX_MESSAGE_CHARACTERS)}`
}
