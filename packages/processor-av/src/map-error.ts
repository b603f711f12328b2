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
  /** Paths that it was to write to. */
  readonly outputs?: readonly string[]
}

interface Mapping {
  /** Of one line, without levels, addresses and paths. */
  readonly pattern: RegExp
  readonly code: ErrorCode
  readonly what: string
}

const DAMAGED = 'the file is truncated or damaged; upload it again'

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
    pattern: /Rematrix is needed|nput channel layout .* is not supported|Unsupported channel layout/,
    code: 'unsupported_codec',
    what: 'FFmpeg cannot mix its channels; convert the sound to stereo before the upload',
  },
  {
    pattern: /invalid start code \S+ in RIFF header/,
    code: 'unsupported_codec',
    what: 'this build of FFmpeg does not read files of this form; install a newer one',
  },
  {
    pattern: /Failed to find two consecutive MPEG audio frames|Invalid frame size \(\d+\): Could not seek/,
    code: 'corrupt_media',
    what: 'it holds less than two whole frames of sound: it is cut off; upload it again',
  },
  {
    // Of the encoders of AAC and of MP3, which gives up for good.
    pattern: /Input contains \(near\) NaN|calc_energy: Assertion/,
    code: 'corrupt_media',
    what: 'its sound holds values that are no numbers; export the file again',
  },
  {
    // What goes wrong with an output says nothing about the source.
    pattern:
      /^(?!.*(output|writ|mux|encod)).*(Invalid data found|moov atom not found|Error while decoding|End of file|File ended prematurely|partial file|Failed to read frame size)/,
    code: 'corrupt_media',
    what: DAMAGED,
  },
  {
    pattern: /Cannot determine format of input stream/,
    code: 'unsupported_codec',
    what: 'nothing of it can be decoded: it is cut off, or of a form that this build of FFmpeg does not know',
  },
  // The last word of old programs on damage of some kinds, and of all on options: those are fixed where a file is read.
  { pattern: /^file:source: Invalid argument$/, code: 'corrupt_media', what: DAMAGED },
]

/** What FFmpeg says of a failure that it has told of before, once at each level. */
const AFTERMATH =
  /^(file:)?(source|output)(: |$)|^Error (re)?initializing|^Error (while|when|submitting|sending|opening|during)|^Failed to (inject|configure|read frame)|^Conversion failed|^Task finished with error|^Terminating thread|^Could not open encoder before EOF|^Nothing was written|^(Audio|Video) encoding failed|decode_frame\(\) failed|^Could not write header/

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

/**
 * Gives the `RindleError` for a program of FFmpeg that ended with an error: what it means, and the line that tells the
 * cause, which is seldom the last. Nothing else reads its messages. Pure.
 */
export function runFailure(end: ProgramEnd, failed: FailedStep): RindleError {
  const lines = errorLines(end.messages, failed)
  const ended = end.signal ?? `exit code ${end.exitCode}`
  const { exitCode, signal } = end
  return failure(failed, { ...reasonOf(signal, lines), lines, ended, details: { exitCode, signal } })
}

/**
 * The error for a run that ended well but had nothing to encode, or `null` for any other. Of what it does not know how to
 * decode, FFmpeg says nothing; what it says is the reason else. Pure.
 */
export function nothingDecoded(messages: string, failed: FailedStep): RindleError | null {
  if (!NOTHING_ENCODED.test(messages)) return null
  const lines = errorLines(messages, failed)
  const reason = lines.length === 0 ? UNKNOWN_FORM : (mappingOf(lines) ?? FAILED)
  return failure(failed, { ...reason, lines, ended: 'nothing was decoded', details: {} })
}

// Old programs warn of it when they write one output, and show it in the sum of several.
const NOTHING_ENCODED = /Output file is empty, nothing was encoded|video:0ki?B audio:0ki?B .*muxing overhead: unknown/i

const UNKNOWN_FORM: Omit<Mapping, 'pattern'> = {
  code: 'unsupported_codec',
  what: 'this build of FFmpeg can decode nothing of it; install a newer one, or convert the file to a more common form',
}

interface Told extends Omit<Mapping, 'pattern'> {
  readonly lines: readonly string[]
  readonly ended: string
  readonly details: Readonly<Record<string, string | number | null>>
}

function failure(
  { program, step, input: { contentType }, variant }: FailedStep,
  { code, what, lines, ended, details }: Told,
): RindleError {
  const purpose = variant === undefined ? '' : ` for ${variant}`
  const cause = causeOf(lines)
  const said = cause === undefined ? '' : `: ${cause.slice(0, MAX_MESSAGE_CHARACTERS)}`
  return new RindleError(
    code,
    `Could not ${step} the ${contentType}${purpose}: ${what} (${program}, ${ended}${said}).`,
    {
      details: { program, step, contentType, ...details, ...(variant === undefined ? {} : { variant }) },
    },
  )
}

function reasonOf(signal: ProgramEnd['signal'], lines: readonly string[]): Omit<Mapping, 'pattern'> {
  if (signal === 'SIGABRT') return mappingOf(lines) ?? CRASHED
  if (signal !== null) return SIGNALS[signal] ?? (FROM_OUTSIDE.includes(signal) ? KILLED : CRASHED)
  return mappingOf(lines) ?? FAILED
}

function mappingOf(lines: readonly string[]): Mapping | undefined {
  return MAPPINGS.find(({ pattern }) => lines.some((line) => pattern.test(line)))
}

// The line that decided, unless it only says that something failed or is damaged; then the first that says more.
function causeOf(lines: readonly string[]): string | undefined {
  const telling = lines.filter((line) => !AFTERMATH.test(line))
  const mapping = mappingOf(lines)
  const deciding = (candidates: readonly string[]): string | undefined =>
    candidates.find((line) => mapping?.pattern.test(line) === true)
  const anyhow = mapping?.what === DAMAGED ? undefined : deciding(lines)
  return deciding(telling) ?? anyhow ?? telling[0] ?? lines.at(-1)
}

const MAX_MESSAGE_CHARACTERS = 300
// The second is the end of a warning.
const NO_REASON = /\[(warning|info|verbose|debug)\]|^Consider increasing the value for/

// Warnings are no reasons: a file may have its faults and still be made. A line without a level is not FFmpeg's own; it
// comes from the system, which could not run it. A path is no news to anybody who may read it, and addresses in memory
// are none to anybody.
function errorLines(messages: string, { input: { path }, outputs = [] }: FailedStep): readonly string[] {
  const lines = messages.split('\n').filter((line) => !NO_REASON.test(line))
  return lines
    .map((line) => outputs.reduce((text, output) => text.replaceAll(output, 'output'), line.replaceAll(path, 'source')))
    .map((line) => line.replace(/\[[^\]]*@ 0x[0-9a-f]+\] |\[\w+\] /g, '').trim())
    .filter((line) => line !== '')
}
