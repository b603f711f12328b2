import type { Bytes } from '../file-bytes.ts'
import { Refusal } from '../refusal.ts'
import { PNG_SIGNATURE, pngChunk, pngChunks } from './png-chunks.ts'

/** The timing of an animated PNG. */
export interface ApngTiming {
  /** One for each frame. */
  readonly delaysMs: readonly number[]
  /** How often it is shown; 0: for ever. */
  readonly loop: number
}

/** One frame of an animated PNG: a complete PNG, and its place. */
export interface ApngFrame {
  readonly png: Buffer
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly delayMs: number
  /** What happens to its area before the next frame. */
  readonly disposal: 'keep' | 'clear' | 'restore'
  /** Whether it is blended over the area, or replaces it. */
  readonly isOver: boolean
}

const FRAME_CONTROL_BYTES = 26
const MOST_FRAMES = 100_000
// sharp's limits for a delay in milliseconds, and for a number of rounds.
const MOST_IN_WEBP = 65_535

/** Reads the timing of an animated PNG; `null` for a still one. */
export async function apngTiming(bytes: Bytes): Promise<ApngTiming | null> {
  const delaysMs: number[] = []
  let loop: number | null = null
  for await (const { type, at, length } of pngChunks(bytes)) {
    if (type === 'acTL' && length === 8) {
      loop = Math.min(MOST_IN_WEBP, (await bytes.read(at + 4, 4)).readUInt32BE(0))
    }
    if (type !== 'fcTL' || length !== FRAME_CONTROL_BYTES) continue
    delaysMs.push(delayOf(await bytes.read(at, length)))
    if (delaysMs.length > MOST_FRAMES) throw damaged('it has more frames than any animation')
  }
  return loop === null || delaysMs.length < 2 ? null : { delaysMs, loop }
}

/** Takes an animated PNG apart. Throws a `Refusal` if it is damaged. */
export async function* apngFrames(bytes: Bytes): AsyncGenerator<ApngFrame> {
  const shared: Buffer[] = []
  let header = Buffer.alloc(13)
  let control: Buffer | null = null
  let data: Buffer[] = []
  let isBeforeData = true
  for await (const { type, at, length } of pngChunks(bytes)) {
    if (type === 'IEND') break
    const isFrame = type === 'fcTL' && length === FRAME_CONTROL_BYTES
    if (isFrame && control !== null) yield frameOf(header, shared, control, data)
    if (isFrame) [control, data] = [Buffer.from(await bytes.read(at, length)), []]
    if (type === 'IDAT') isBeforeData = false
    // If the default picture of a PNG is not a frame, no control precedes it.
    if (type === 'IDAT' && control !== null) data.push(Buffer.from(await bytes.read(at, length)))
    if (type === 'fdAT') data.push(Buffer.from(await bytes.read(at + 4, length - 4)))
    if (type === 'IHDR' && length === 13) header = Buffer.from(await bytes.read(at, length))
    else if (isBeforeData && !ANIMATION_CHUNKS.has(type))
      shared.push(pngChunk(type, Buffer.from(await bytes.read(at, length))))
  }
  if (control !== null) yield frameOf(header, shared, control, data)
}

const ANIMATION_CHUNKS: ReadonlySet<string> = new Set(['acTL', 'fcTL', 'eXIf'])

function frameOf(header: Buffer, shared: readonly Buffer[], control: Buffer, data: readonly Buffer[]): ApngFrame {
  const [width, height, left, top] = [4, 8, 12, 16].map((at) => control.readUInt32BE(at))
  if (width === undefined || height === undefined || left === undefined || top === undefined)
    throw damaged('a frame has no size')
  if (left + width > header.readUInt32BE(0) || top + height > header.readUInt32BE(4)) {
    throw damaged('a frame is larger than the picture')
  }
  if (data.length === 0) throw damaged('a frame has no data')
  const own = Buffer.from(header)
  own.writeUInt32BE(width, 0)
  own.writeUInt32BE(height, 4)
  const png = [
    PNG_SIGNATURE,
    pngChunk('IHDR', own),
    ...shared,
    pngChunk('IDAT', Buffer.concat(data)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]
  return {
    png: Buffer.concat(png),
    left,
    top,
    width,
    height,
    delayMs: delayOf(control),
    disposal: (['keep', 'clear', 'restore'] as const)[control[24] ?? 0] ?? 'keep',
    isOver: control[25] === 1,
  }
}

// Hundredths of a second unless the file names another denominator.
function delayOf(control: Buffer): number {
  return Math.min(MOST_IN_WEBP, Math.round((control.readUInt16BE(20) * 1000) / (control.readUInt16BE(22) || 100)))
}

function damaged(how: string): Refusal {
  return new Refusal('corrupt_media', `The animated PNG is damaged: ${how}. Upload it again.`)
}
