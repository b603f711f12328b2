import { crc32, deflateSync } from 'node:zlib'
import type { Peaks } from './waveform-peaks.ts'

/** The height of the picture of one channel, in pixels. */
export const CHANNEL_HEIGHT = 128

/** The pixels of one part of a channel, from its highest sample down to its lowest: silence is one pixel high. */
interface Bar {
  readonly top: number
  /** The first pixel below it. */
  readonly bottom: number
}

/** Draws channels one below the other, a pixel for each part: one path in the colour of the text around it. Pure. */
export function waveformSvg(channels: readonly Peaks[]): string {
  const bars = channels.map(barsOf)
  const width = bars[0]?.length ?? 0
  const path = bars.flat().map(({ top, bottom }, index) => `M${index % width} ${top}h1V${bottom}h-1z`)
  const height = CHANNEL_HEIGHT * channels.length
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `preserveAspectRatio="none"><path fill="currentColor" d="${path.join('')}"/></svg>`
  )
}

/** Draws the same as a PNG, black on nothing. Pure. */
export function waveformPng(channels: readonly Peaks[]): Uint8Array {
  const bars = channels.map(barsOf)
  const width = bars[0]?.length ?? 0
  const rows = bars.flatMap((channel, index) => {
    const first = index * CHANNEL_HEIGHT
    return Array.from({ length: CHANNEL_HEIGHT }, (_, row) => rowOf(channel, first + row))
  })
  return png(width, rows)
}

function barsOf(peaks: Peaks, channel: number): readonly Bar[] {
  const above = channel * CHANNEL_HEIGHT
  const yOf = (sample: number): number => Math.round(((1 - sample) / 2) * (CHANNEL_HEIGHT - 1))
  return Array.from({ length: peaks.length / 2 }, (_, part) => {
    const [lowest = 0, highest = 0] = peaks.slice(2 * part, 2 * part + 2)
    return { top: above + yOf(highest), bottom: above + yOf(lowest) + 1 }
  })
}

/** A row of one bit per pixel, the first in the highest bit; 1 is ink. It begins with the number of its PNG filter: none. */
function rowOf(bars: readonly Bar[], y: number): Buffer {
  const row = Buffer.alloc(1 + Math.ceil(bars.length / 8))
  for (const [x, { top, bottom }] of bars.entries()) {
    if (y < top || y >= bottom) continue
    const byte = 1 + (x >> 3)
    row[byte] = (row[byte] ?? 0) | (0x80 >> (x & 7))
  }
  return row
}

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
// Two colours, both black: the first of them is transparent.
const PALETTE = Buffer.alloc(6)
const OPACITIES = Buffer.from([0, 255])

/** A PNG of two colours, after its specification (ISO/IEC 15948). */
function png(width: number, rows: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(rows.length, 4)
  // One bit per pixel, by palette.
  header.set([1, 3], 8)
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', PALETTE),
    chunk('tRNS', OPACITIES),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const framed = Buffer.alloc(named.length + 8)
  framed.writeUInt32BE(body.length, 0)
  framed.set(named, 4)
  framed.writeUInt32BE(crc32(named), framed.length - 4)
  return framed
}
