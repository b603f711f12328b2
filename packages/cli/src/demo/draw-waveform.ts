import { TILE } from './contact-sheet.ts'

/**
 * The part of a waveform's document that is drawn: the lowest and highest sample of each part, −1 to 1, alternating.
 */
interface Waveform {
  readonly peaks: readonly number[]
}

/** Draws a waveform's JSON document: an SVG of the size of a tile. */
export function drawWaveform(json: Uint8Array): Buffer {
  const { peaks } = JSON.parse(Buffer.from(json).toString()) as Waveform
  const parts = Math.max(1, peaks.length / 2)
  const x = (part: number): string => ((part / parts) * TILE.width).toFixed(1)
  const y = (sample: number | undefined): string => ((1 - (sample ?? 0)) * (TILE.height / 2)).toFixed(1)
  const highest = Array.from({ length: parts }, (_, part) => `${x(part)},${y(peaks[part * 2 + 1])}`)
  const lowest = Array.from({ length: parts }, (_, part) => `${x(part)},${y(peaks[part * 2])}`).toReversed()
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${TILE.width}" height="${TILE.height}">` +
      '<rect width="100%" height="100%" fill="#fff"/>' +
      `<polygon points="${[...highest, ...lowest].join(' ')}" fill="#33527a" stroke="#33527a" stroke-width="0.5"/></svg>`,
  )
}
