import { BoxError, innerBoxes } from './boxes.ts'
import { codecString } from './codec-string.ts'

/** The facts of the head of a fragmented file with one track. */
export interface TrackHead {
  readonly codecs: string
  /** Ticks per second. */
  readonly timescale: number
  /** Silence or nothing before the track, in seconds. */
  readonly emptySeconds: number
  /** The time of the track that is presented first, in ticks. */
  readonly firstTick: number
  readonly defaults: SampleDefaults
}

/** What the samples of a fragment have, if they do not say. */
interface SampleDefaults {
  readonly duration: number
  readonly flags: number
}

/** The facts of one fragment. */
export interface Fragment {
  /** When it begins to be decoded, in ticks. */
  readonly time: number
  readonly ticks: number
  /** How much later than decoded its first sample is presented, in ticks. */
  readonly offset: number
  /** Whether decoding can begin with it. */
  readonly isKey: boolean
}

/** Reads a `moov`. Throws {@link BoxError} unless it has exactly one track. Pure. */
export function trackHead(moov: Buffer): TrackHead {
  let tracks = 0
  let [movieTimescale, timescale, codecs] = [0, 0, '']
  let edits: readonly Edit[] = []
  let defaults: SampleDefaults = { duration: 0, flags: 0 }
  for (const { type, bytes } of innerBoxes(moov)) {
    if (type === 'trak') tracks += 1
    if (type === 'mvhd') movieTimescale = timescaleOf(bytes)
    if (type === 'mdhd') timescale = timescaleOf(bytes)
    if (type === 'elst') edits = editsOf(bytes)
    if (type === 'stsd') codecs = codecString(bytes.subarray(16))
    if (type === 'trex') defaults = { duration: bytes.readUInt32BE(20), flags: bytes.readUInt32BE(28) }
  }
  if (tracks !== 1 || timescale === 0 || codecs === '') throw new BoxError(`it has ${tracks} tracks in its head`)
  const empty = edits.filter(({ mediaTime }) => mediaTime === -1).reduce((sum, { duration }) => sum + duration, 0)
  return {
    codecs,
    timescale,
    emptySeconds: empty === 0 ? 0 : empty / movieTimescale,
    firstTick: edits.find(({ mediaTime }) => mediaTime >= 0)?.mediaTime ?? 0,
    defaults,
  }
}

// In version 1 of a box, its times have 64 bits.
function timescaleOf(bytes: Buffer): number {
  return bytes.readUInt32BE(bytes[8] === 1 ? 28 : 20)
}

interface Edit {
  readonly duration: number
  /** -1: nothing is presented. */
  readonly mediaTime: number
}

function editsOf(bytes: Buffer): readonly Edit[] {
  const isLong = bytes[8] === 1
  const count = bytes.readUInt32BE(12)
  return Array.from({ length: count }, (_, index) => {
    const at = 16 + index * (isLong ? 20 : 12)
    if (!isLong) return { duration: bytes.readUInt32BE(at), mediaTime: bytes.readInt32BE(at + 4) }
    return { duration: Number(bytes.readBigUInt64BE(at)), mediaTime: Number(bytes.readBigInt64BE(at + 8)) }
  })
}

/** Reads a `moof`. Throws {@link BoxError}. Pure. */
export function fragmentOf(moof: Buffer, { defaults }: Pick<TrackHead, 'defaults'>): Fragment {
  let time: number | undefined
  let own = defaults
  let run: Omit<Fragment, 'time'> | undefined
  for (const { type, bytes } of innerBoxes(moof)) {
    if (type === 'tfhd') own = defaultsOf(bytes, defaults)
    if (type === 'tfdt') time = bytes[8] === 1 ? Number(bytes.readBigUInt64BE(12)) : bytes.readUInt32BE(12)
    if (type !== 'trun') continue
    const next = runOf(bytes, own)
    run = run === undefined ? next : { ...run, ticks: run.ticks + next.ticks }
  }
  if (time === undefined || run === undefined) throw new BoxError('a fragment of it has no time or no samples')
  return { time, ...run }
}

/** Reads one after the other the fields of a box that its flags announce. */
class FieldReader {
  readonly #bytes: Buffer
  readonly #flags: number
  #at: number

  constructor(bytes: Buffer, from: number) {
    this.#bytes = bytes
    this.#flags = bytes.readUInt32BE(8) & 0xff_ff_ff
    this.#at = from
  }

  /** The next field, if the box has it. */
  next(flag: number, size: 4 | 8 = 4): number | undefined {
    if ((this.#flags & flag) === 0) return undefined
    this.#at += size
    return this.#bytes.readUInt32BE(this.#at - size)
  }
}

function defaultsOf(tfhd: Buffer, { duration, flags }: SampleDefaults): SampleDefaults {
  const fields = new FieldReader(tfhd, 16)
  fields.next(0x1, 8)
  fields.next(0x2)
  const ownDuration = fields.next(0x8)
  fields.next(0x10)
  return { duration: ownDuration ?? duration, flags: fields.next(0x20) ?? flags }
}

const NOT_SYNC = 0x1_00_00

function runOf(trun: Buffer, defaults: SampleDefaults): Omit<Fragment, 'time'> {
  const count = trun.readUInt32BE(12)
  const fields = new FieldReader(trun, 16)
  fields.next(0x1)
  const firstFlags = fields.next(0x4)
  let ticks = 0
  let first: Pick<Fragment, 'isKey' | 'offset'> = { isKey: false, offset: 0 }
  for (let sample = 0; sample < count; sample += 1) {
    ticks += fields.next(0x1_00) ?? defaults.duration
    fields.next(0x2_00)
    const flags = fields.next(0x4_00) ?? (sample === 0 ? firstFlags : undefined) ?? defaults.flags
    // Offsets are signed.
    const offset = (fields.next(0x8_00) ?? 0) | 0
    if (sample === 0) first = { isKey: (flags & NOT_SYNC) === 0, offset }
  }
  return { ticks, ...first }
}
