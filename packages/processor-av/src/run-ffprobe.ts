import { StringDecoder } from 'node:string_decoder'
import { RindleError } from '@rindle/core'
import { optionList } from './ffmpeg-options.ts'
import { type FfprobeReport, parseReport } from './ffprobe-report.ts'
import { judgeUnread } from './judge-unread.ts'
import { runFailure } from './map-error.ts'
import type { MediaInput } from './media-input.ts'
import type { RunContext } from './run-context.ts'
import { NO_FILE_BYTES, runProgram } from './run-program.ts'

const HEADER_TIMEOUT_MS = 60_000
const MAX_REPORT_BYTES = 8 * 1024 ** 2

/** The time of a packet, and whether decoding can begin with it. */
export interface Packet {
  /** The index of its stream. */
  readonly stream: number
  readonly seconds: number
  /** 0 when the file does not say. */
  readonly durationSeconds: number
  readonly isKey: boolean
}

/** Reads the header of a file. Throws `corrupt_media`, `unsupported_codec` or `processing_timeout`. */
export async function readHeader(input: MediaInput, context: RunContext): Promise<FfprobeReport> {
  const read = (file: MediaInput): Promise<FfprobeReport> => readReport(file, context)
  try {
    return await read(input)
  } catch (error) {
    throw await judgeUnread(error, input, context.directory, read)
  }
}

async function readReport(input: MediaInput, context: RunContext): Promise<FfprobeReport> {
  const chunks: Buffer[] = []
  let bytes = 0
  const onOutput = (chunk: Buffer): void => {
    bytes += chunk.length
    if (bytes > MAX_REPORT_BYTES) throw new RindleError('corrupt_media', 'The header of the file has no end.')
    chunks.push(chunk)
  }
  const what = ['-show_format', '-show_streams', '-print_format', 'json']
  await runFfprobe(input, what, HEADER_TIMEOUT_MS, context, onOutput)
  return parseReport(Buffer.concat(chunks).toString('utf8'))
}

/**
 * Reads a file to its end, without decoding it. Returns the last error that ffprobe reports on the way, for example
 * where it finds no packet, or `null`.
 */
export async function readComplaint(input: MediaInput, context: RunContext): Promise<string | null> {
  const what = ['-show_entries', 'packet=size', '-print_format', 'compact=p=0']
  const messages = await runFfprobe(input, what, context.config.timeoutMs, context, () => {})
  // "[mpegts @ 0x…] [error] max resync size reached, could not find sync byte"
  const complaints = messages.split('\n').flatMap((line) => line.split('[error] ')[1] ?? [])
  return complaints.at(-1) ?? null
}

/** Selects the packets that {@link readPackets} reads. */
export interface PacketSelection {
  /** The index of the stream; absent: all streams. */
  readonly stream?: number
  /** Reads only this many seconds from the beginning of the file. */
  readonly firstSeconds?: number
}

/** Reads the packets of a file or of one stream in file order, without decoding or keeping them. */
export async function readPackets(
  input: MediaInput,
  { stream, firstSeconds }: PacketSelection,
  context: RunContext,
  onPacket: (packet: Packet) => void,
): Promise<void> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const onOutput = (chunk: Buffer): void => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const packet = packetOf(line)
      if (packet !== null) onPacket(packet)
    }
  }
  const interval = firstSeconds === undefined ? [] : ['-read_intervals', `%+${firstSeconds}`]
  const entries = [
    '-show_entries',
    'packet=stream_index,pts_time,dts_time,duration_time,flags',
    '-print_format',
    'compact=p=0',
  ]
  const selection = stream === undefined ? [] : ['-select_streams', String(stream)]
  const what = [...selection, ...interval, ...entries]
  await runFfprobe(input, what, context.config.timeoutMs, context, onOutput)
}

// "stream_index=0|pts_time=0.040000|dts_time=0.000000|duration_time=0.040000|flags=K__"
function packetOf(line: string): Packet | null {
  const fields = new Map(line.split('|').map((field) => field.split('=') as [string, string]))
  // Bare streams give only the decoding time of a packet.
  const times = ['pts_time', 'dts_time'].map((name) => Number.parseFloat(fields.get(name) ?? ''))
  const seconds = times.find((time) => !Number.isNaN(time)) ?? Number.NaN
  if (Number.isNaN(seconds)) return null
  const durationSeconds = Number.parseFloat(fields.get('duration_time') ?? '')
  return {
    stream: Number(fields.get('stream_index')),
    seconds,
    durationSeconds: Number.isNaN(durationSeconds) ? 0 : durationSeconds,
    isKey: fields.get('flags')?.startsWith('K') === true,
  }
}

async function runFfprobe(
  input: MediaInput,
  what: readonly string[],
  timeoutMs: number,
  { toolchain, config, directory, signal }: RunContext,
  onOutput: (chunk: Buffer) => void,
): Promise<string> {
  const { path } = await toolchain.ffprobe()
  const end = await runProgram(
    {
      program: path,
      arguments: ['-loglevel', 'level+warning', ...optionList(input.guards), ...what, `file:${input.path}`],
    },
    {
      limits: { maxMemoryBytes: config.maxMemoryBytes, maxFileBytes: NO_FILE_BYTES, timeoutMs },
      directory,
      ...(signal === undefined ? {} : { signal }),
      onOutput: (chunk) => {
        onOutput(chunk)
        return true
      },
    },
  )
  if (end.exitCode === 0) return end.messages
  throw runFailure(end, { program: 'ffprobe', step: 'read', input })
}
