import { type ErrorCode, RindleError } from '@rindle/core'
import type { MediaInput } from './media-input.ts'
import type { ProgramEnd } from './run-program.ts'

/** The step in which ffmpeg or ffprobe failed. */
export interface FailedStep {
  readonly program: 'ffmpeg' | 'ffprobe'
  /** `read` the header, `make` an output. */
  readonly step: 'read' | 'make'
  readonly input: Pick<MediaInput, 'path' | 'contentType'>
  /** The variant that the step was for, if any. */
  readonly variant?: string
  /** The paths of its outputs. */
  readonly outputs?: readonly string[]
}

interface Mapping {
  /** Matches one line, without levels, addresses and paths. */
  readonly pattern: RegExp
  readonly code: ErrorCode
  readonly what: string
}

const DAMAGED = 'the file is truncated or damaged; upload it again'

// FFmpeg's exit codes say little, so only the text can tell. The first match counts.
const MAPPINGS: readonly Mapping[] = [
  {
    pattern: /Cannot allocate memory|Error allocating|malloc of size|failed to map segment/,
    code: 'processing_failed',
    what: 'there is not enough memory; raise `maxMemoryBytes` or lower `threads` of avProcessor',
  },
  {
    // From the system's loader, which also says "No such file".
    pattern: /error while loading shared libraries|Library not loaded|cannot execute|Exec format error/,
    code: 'program_not_found',
    what: 'this FFmpeg does not start; install a complete one',
  },
  {
    pattern: /No such file or directory/,
    code: 'variant_source_not_found',
    what: 'the file is missing; check that it is still stored',
  },
  {
    pattern: /No space left on device|Disk quota exceeded/,
    code: 'insufficient_disk',
    what: 'the disk is full; free space in the work directory',
  },
  {
    pattern: /Unknown (en|de)coder|Encoder \S+ not found|No such filter/,
    code: 'processor_capability_missing',
    what: 'this build of FFmpeg lacks a part that the work needs; install a complete one',
  },
  {
    pattern: /not on whitelist/,
    code: 'corrupt_media',
    what: 'its content does not match its first bytes, or it refers to other files',
  },
  {
    pattern: /Picture size \S+ (is invalid|exceeds)|exceeds? max_pixels|Dimensions \S+ (too large|not set)/i,
    code: 'limit_exceeded',
    what: 'its pictures have more pixels than the limit allows',
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
    what: 'this build of FFmpeg cannot read this kind of file; install a newer one',
  },
  {
    pattern: /Failed to find two consecutive MPEG audio frames|Invalid frame size \(\d+\): Could not seek/,
    code: 'corrupt_media',
    what: 'it holds fewer than two whole frames of sound: it is cut off; upload it again',
  },
  {
    // From the encoders of AAC and MP3; the latter aborts.
    pattern: /Input contains \(near\) NaN|calc_energy: Assertion/,
    code: 'corrupt_media',
    what: 'its sound contains values that are not numbers; export the file again',
  },
  {
    // A failure of an output says nothing about the source.
    pattern:
      /^(?!.*(output|writ|mux|encod)).*(Invalid data found|moov atom not found|Error while decoding|End of file|File ended prematurely|partial file|Failed to read frame size)/,
    code: 'corrupt_media',
    what: DAMAGED,
  },
  {
    pattern: /Cannot determine format of input stream/,
    code: 'unsupported_codec',
    what: 'none of it can be decoded: it is cut off, or this build of FFmpeg does not know its format',
  },
  // Old programs say only this of some damage. All say it of bad options, but the options for reading never vary.
  { pattern: /^file:source: Invalid argument$/, code: 'corrupt_media', what: DAMAGED },
]

/** Lines that only repeat a failure: FFmpeg reports it once at each level. */
const AFTERMATH =
  /^(file:)?(source|output)(: |$)|^Error (re)?initializing|^Error (while|when|submitting|sending|opening|during)|^Failed to (inject|configure|read frame)|^Conversion failed|^Task finished with error|^Terminating thread|^Could not open encoder before EOF|^Nothing was written|^(Audio|Video) encoding failed|decode_frame\(\) failed|^Could not write header/

const SIGNALS: Partial<Readonly<Record<NodeJS.Signals, Omit<Mapping, 'pattern'>>>> = {
  SIGXFSZ: {
    code: 'limit_exceeded',
    what: 'the output grew larger than media of its duration can be; the header of the file is wrong',
  },
}
/** Signals that come from outside a program: the system sends SIGKILL when memory runs out. */
const FROM_OUTSIDE: readonly NodeJS.Signals[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']
const KILLED: Omit<Mapping, 'pattern'> = {
  code: 'process_killed',
  what: 'it was killed from outside, perhaps by the system for lack of memory',
}
const CRASHED: Omit<Mapping, 'pattern'> = { code: 'program_failed', what: 'it crashed' }
const FAILED: Omit<Mapping, 'pattern'> = { code: 'program_failed', what: 'it ended with an error' }

/**
 * Returns the `RindleError` for an ffmpeg or ffprobe that ended with an error. It says what the error means, and quotes
 * the line that names the cause, which is seldom the last. Pure.
 */
export function runFailure(end: ProgramEnd, failed: FailedStep): RindleError {
  const lines = errorLines(end.messages, failed)
  const ended = end.signal ?? `exit code ${end.exitCode}`
  const { exitCode, signal } = end
  return failure(failed, { ...reasonOf(signal, lines), lines, ended, details: { exitCode, signal } })
}

/**
 * Returns the error for a run that succeeded but had nothing to encode, or `null` for any other. FFmpeg prints nothing
 * about a format that it does not know; anything that it does print is the reason. Pure.
 */
export function nothingDecoded(messages: string, failed: FailedStep): RindleError | null {
  if (!NOTHING_ENCODED.test(messages)) return null
  const lines = errorLines(messages, failed)
  const reason = lines.length === 0 ? UNKNOWN_FORM : (mappingOf(lines) ?? FAILED)
  return failure(failed, { ...reason, lines, ended: 'nothing was decoded', details: {} })
}

// Old programs print a warning when they write one output, and only the summary line when they write several.
const NOTHING_ENCODED = /Output file is empty, nothing was encoded|video:0ki?B audio:0ki?B .*muxing overhead: unknown/i

const UNKNOWN_FORM: Omit<Mapping, 'pattern'> = {
  code: 'unsupported_codec',
  what: 'this build of FFmpeg cannot decode any of it; install a newer one, or convert the file to a common format',
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

// Returns the line that decided. If that only says that something failed or is damaged, the first that says more.
function causeOf(lines: readonly string[]): string | undefined {
  const telling = lines.filter((line) => !AFTERMATH.test(line))
  const mapping = mappingOf(lines)
  const deciding = (candidates: readonly string[]): string | undefined =>
    candidates.find((line) => mapping?.pattern.test(line) === true)
  const anyhow = mapping?.what === DAMAGED ? undefined : deciding(lines)
  return deciding(telling) ?? anyhow ?? telling[0] ?? lines.at(-1)
}

const MAX_MESSAGE_CHARACTERS = 300
// The second pattern is the end of a warning.
const NO_REASON = /\[(warning|info|verbose|debug)\]|^Consider increasing the value for/

// Warnings are not reasons: FFmpeg may succeed despite them. A line without a level comes from the system, which could
// not run FFmpeg. Paths are removed because readers must not see them, memory addresses because they say nothing.
function errorLines(messages: string, { input: { path }, outputs = [] }: FailedStep): readonly string[] {
  const lines = messages.split('\n').filter((line) => !NO_REASON.test(line))
  return lines
    .map((line) => outputs.reduce((text, output) => text.replaceAll(output, 'output'), line.replaceAll(path, 'source')))
    .map((line) => line.replace(/\[[^\]]*@ 0x[0-9a-f]+\] |\[\w+\] /g, '').trim())
    .filter((line) => line !== '')
}
