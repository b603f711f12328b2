import { readFile } from 'node:fs/promises'
import type { SourceFile } from '@rindle/core'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { avProcessor, type ChannelsWaveform } from '../src/index.ts'
import { waveform } from '../src/recipes/index.ts'
import { clip, lavfi, removeAfterTests } from './clips.ts'
import { ffmpegLanes } from './lanes.ts'
import { differentAlone, make, WAVEFORM } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

let stereo: SourceFile
let surround: SourceFile
beforeAll(async () => {
  // Left is silent in the second half, right in the first.
  const sides = 'aevalsrc=0.5*sin(440*2*PI*t)*lt(t\\,1)|0.5*sin(440*2*PI*t)*gte(t\\,1):s=48000:d=2'
  stereo = await clip('audio/wav', 'wav', lavfi(sides))
  surround = await clip('audio/flac', 'flac', lavfi('aevalsrc=0.1*sin(440*2*PI*t):c=5.1:d=1'))
})

function highest(peaks: readonly number[], from: number, to: number): number {
  return Math.max(...peaks.slice(2 * from, 2 * to))
}

describe.each(LANES)('a waveform made with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor(programs)
  const documentOf = async (source: SourceFile, recipe = WAVEFORM) =>
    JSON.parse(await readFile((await make(processor, source, recipe)).path, 'utf8')) as ChannelsWaveform

  it('has a list of peaks for each channel, as long as its recipe says', async () => {
    const { channels, length, ...rest } = await documentOf(stereo, waveform({ peaks: 100, channels: 'each' }))
    expect(rest).toEqual({ version: 1, durationMs: 2_000, sampleRate: 48_000 })
    expect(length).toBe(100)
    expect(channels.map((peaks) => peaks.length)).toEqual([200, 200])
    const halves = channels.map((peaks) => [highest(peaks, 0, 49), highest(peaks, 51, 100)].map((peak) => peak > 0.4))
    expect(halves).toEqual([
      [true, false],
      [false, true],
    ])
    expect((await documentOf(surround, waveform({ peaks: 10, channels: 'each' }))).channels).toHaveLength(6)
  })

  it.each(['svg', 'png'] as const)('is a %s with a row for each channel', async (format) => {
    const { path, ...output } = await make(processor, stereo, waveform({ peaks: 200, channels: 'each', format }))
    expect(output).toMatchObject({ width: 200, height: 256 })
    const { data, info } = await sharp(path).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
    expect(info).toMatchObject({ width: 200, height: 256 })
    const ink = (x: number, y: number) => (data[(y * 200 + x) * 4 + 3] ?? 0) > 127
    // 32 pixels above the middle of a row there is ink where it sounds, and in the middle everywhere.
    expect([ink(50, 48), ink(150, 48), ink(50, 176), ink(150, 176)]).toEqual([true, false, false, true])
    for (const [x, row] of [
      [50, 0],
      [150, 0],
      [50, 128],
      [150, 128],
    ] as const) {
      expect([63, 64].some((y) => ink(x, row + y))).toBe(true)
      expect(ink(x, row)).toBe(false)
    }
  })

  it('has the same bytes beside others as alone', async () => {
    const recipes = { json: WAVEFORM, each: waveform({ channels: 'each' }), png: waveform({ format: 'png' }) }
    expect(await differentAlone(processor, stereo, recipes)).toEqual([])
  })
})
