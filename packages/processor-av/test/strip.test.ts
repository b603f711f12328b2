import { describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { strip } from '../src/recipes/index.ts'
import { planStrip } from '../src/strip-plan.ts'
import { clip, DRAWN, H264, lavfi, removeAfterTests } from './clips.ts'
import { decode, nameOf } from './decoded.ts'
import { ffmpegLanes } from './lanes.ts'
import { failure, make, STRIP } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

describe('the plan of a strip', () => {
  it.each([
    [1, 1, 1, 1, 1],
    [400, 1, 1, 1, 400],
    [9_600, 10, 10, 1, 960],
    [31_000, 31, 10, 4, 1_000],
    [7_200_000, 100, 10, 10, 72_000],
  ])(
    'of %i ms has %i tiles, %i in a row, %i rows, each for %i ms',
    (durationMs, tileCount, columns, rows, intervalMs) => {
      expect(planStrip(durationMs, 100)).toEqual({ tileCount, columns, rows, intervalMs })
    },
  )
})

const COLOURS = ['red', 'lime', 'blue', 'white', 'cyan', 'magenta', 'yellow', 'black', 'red', 'blue', 'lime', 'white']

describe.each(LANES)('a strip made with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor(programs)
  const drawn = COLOURS.map((colour, n) => `color=c=${colour}:size=320x180:rate=10:duration=1[v${n}]`)
  const seconds = lavfi(`${drawn.join(';')};${COLOURS.map((_, n) => `[v${n}]`).join('')}concat=n=${COLOURS.length}`)

  it('has as many tiles as its recipe says, and as large ones', async () => {
    const source = await clip('video/mp4', 'mp4', seconds, H264)
    const output = await make(processor, source, strip({ tiles: 10, width: 80 }))
    const metadata = { tileCount: 10, tileWidth: 80, tileHeight: 44, intervalMs: 1_200 }
    expect(output).toMatchObject({ width: 800, height: 44, metadata })
    expect(nameOf((await decode(output.path)).at(0.55, 0.5))).toBe('yellow')
  })

  it.each([
    ['few key frames', 'video/mp4', 'mp4', ['-g', '500', '-sc_threshold', '0']],
    ['a key frame each second', 'video/x-matroska', 'mkv', ['-g', '10']],
  ])('of a video with %s shows the middle of each second in its tile', async (_what, type, extension, options) => {
    const source = await clip(type, extension, seconds, H264, options)
    const output = await make(processor, source, STRIP)
    expect(output).toMatchObject({
      contentType: 'image/jpeg',
      width: 1600,
      height: 180,
      metadata: { tileCount: 12, columns: 10, rows: 2, tileWidth: 160, tileHeight: 90, intervalMs: 1000 },
    })
    const picture = await decode(output.path)
    const shown = COLOURS.map((_, tile) =>
      nameOf(picture.at(((tile % 10) * 160 + 80) / 1600, (Math.floor(tile / 10) * 90 + 45) / 180)),
    )
    expect(shown).toEqual(COLOURS)
    expect(nameOf(picture.at(0.95, 0.75))).toBe('white')
  })

  it('has the colours of its source', async () => {
    const red = ['-vf', 'scale=out_color_matrix=bt709,format=yuv420p', '-colorspace', 'bt709']
    const source = await clip('video/mp4', 'mp4', DRAWN.plain('0xc03020', '320x180', 1), red, H264)
    const [r, g, b] = (await decode((await make(processor, source, STRIP)).path)).at(0.5, 0.5)
    expect(Math.max(Math.abs(r - 0xc0), Math.abs(g - 0x30), Math.abs(b - 0x20))).toBeLessThanOrEqual(6)
  })

  it('of a portrait has upright tiles', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('180x320', 3), H264)
    expect(await make(processor, source, STRIP)).toMatchObject({
      width: 270,
      height: 160,
      metadata: { tileCount: 3, tileWidth: 90, tileHeight: 160 },
    })
  })

  it('of a single frame has one tile', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.plain('lime', '320x180', 0.04), H264)
    const output = await make(processor, source, STRIP)
    expect(output).toMatchObject({ width: 160, height: 90, metadata: { tileCount: 1 } })
    expect(nameOf((await decode(output.path)).at(0.5, 0.5))).toBe('lime')
  })

  it('cannot be made from sound', async () => {
    const source = await clip('audio/wav', 'wav', DRAWN.sine(1))
    expect(await failure(processor, source, STRIP)).toMatchObject({ code: 'processing_failed', retryable: false })
  })
})
