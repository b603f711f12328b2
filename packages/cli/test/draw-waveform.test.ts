import sharp from 'sharp'
import { expect, it } from 'vitest'
import { TILE } from '../src/demo/contact-sheet.ts'
import { drawWaveform } from '../src/demo/draw-waveform.ts'

/** How dark each column of the drawing is, from 0 to 1. */
async function inkOf(peaks: readonly number[]): Promise<readonly number[]> {
  const svg = drawWaveform(Buffer.from(JSON.stringify({ peaks })))
  const { data, info } = await sharp(svg).greyscale().raw().toBuffer({ resolveWithObject: true })
  expect([info.width, info.height]).toEqual([TILE.width, TILE.height])
  return Array.from({ length: info.width }, (_, x) => {
    const column = Array.from({ length: info.height }, (_row, y) => data[(y * info.width + x) * info.channels] ?? 255)
    return column.filter((shade) => shade < 200).length / info.height
  })
}

it('a loud part is high where it is, and silence is a line', async () => {
  const loud = Array.from({ length: 1_000 }, () => [-0.9, 0.9]).flat()
  const silent = Array.from({ length: 1_000 }, () => [0, 0]).flat()
  const ink = await inkOf([...loud, ...silent])
  expect(ink[20]).toBeGreaterThan(0.8)
  expect(ink[180]).toBeLessThan(0.05)
})
