import { StringDecoder } from 'node:string_decoder'
import { RindleError } from '@rindle/core'
import { type FfprobeReport, parseReport } from './ffprobe-report.ts'
import { runFailure } from './map-error.ts'
import { factsOf, type MediaFacts } from './media-facts.ts'
import type { MediaInput } from './media-input.ts'
import type { RunContext } from './run-context.ts'
import { type RunLimits, runProgram } from './run-program.ts'

/** What a file says of itself, as text and as facts. */
export interface MediaReport {
  readonly report: FfprobeReport
  readonly facts: MediaFacts & { readonly durationMs: number }
}

const HEADER_TIMEOUT_MS = 60_000
const MAX_REPORT_BYTES = 8 * 1024 ** 2
// ffprobe writes no file.
const MAX_FILE_BYTES = 1024 ** 2

/**
 * Reads the header of a file, and all packets where the header lacks the duration or guesses it; nothing is decoded
 * but what ffprobe needs to know a codec's parameters. `corrupt_media`, `unsupported_codec`, `processing_timeout`.
 */
export async function readMedia(input: MediaInput, context: RunContext): Promise<MediaReport> {
  const report = await readHeader(input, context)
  const facts = factsOf(report)
  const track = facts.video ?? facts.audio
  const isKnown = facts.durationMs !== null && !input.isDurationGuessed
  const durationMs = isKnown || track === null ? facts.durationMs : await measureDuration(input, track.index, context)
  return { report, facts: { ...facts, durationMs: durationMs ?? 0 } }
}

/** Reads the header of a file. */
export async function readHeader(input: MediaInput, context: RunContext): Promise<FfprobeReport> {
  const chunks: Buffer[] = []
  let bytes = 0
  const onOutput = (chunk: Buffer): boolean => {
    bytes += chunk.length
    if (bytes > MAX_REPORT_BYTES) throw new RindleError('corrupt_media', 'The header of the file has no end.')
    chunks.push(chunk)
    return true
  }
  const what = ['-print_format', 'json', '-show_format', '-show_streams']
  await runFfprobe(input, what, { ...context.config, timeoutMs: HEADER_TIMEOUT_MS }, context, onOutput)
  return parseReport(Buffer.concat(chunks).toString('utf8'))
}

// The end of the last packet, seen from the beginning of the first. A line is "12.345000|0.040000".
async function measureDuration(input: MediaInput, stream: number, context: RunContext): Promise<number> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  const onOutput = (chunk: Buffer): boolean => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const [begin = Number.NaN, duration = 0] = line.split('|').map(Number)
      if (Number.isNaN(begin)) continue
      first = Math.min(first, begin)
      last = Math.max(last, begin + (Number.isNaN(duration) ? 0 : duration))
    }
    return true
  }
  const what = ['-select_streams', String(stream), '-show_entries', 'packet=pts_time,duration_time']
  await runFfprobe(input, [...what, '-print_format', 'compact=p=0:nk=1'], context.config, context, onOutput)
  return last > first ? Math.round((last - first) * 1_000) : 0
}

async function runFfprobe(
  input: MediaInput,
  what: readonly string[],
  { timeoutMs, maxMemoryBytes }: Pick<RunLimits, 'timeoutMs' | 'maxMemoryBytes'>,
  { toolchain, directory, signal }: RunContext,
  onOutput: (chunk: Buffer) => boolean,
): Promise<void> {
  const { path } = await toolchain.ffprobe()
  const end = await runProgram(
    { program: path, arguments: ['-loglevel', 'level+warning', ...input.guards, ...what, `file:${input.path}`] },
    {
      limits: { maxMemoryBytes, maxFileBytes: MAX_FILE_BYTES, timeoutMs },
      directory,
      ...(signal === undefined ? {} : { signal }),
      onOutput,
    },
  )
  if (end.exitCode !== 0) throw runFailure(end, { program: 'ffprobe', step: 'read', input })
}
