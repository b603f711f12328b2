import { stat } from 'node:fs/promises'
import type { Recipe, SourceFile } from '@rindle/core'
import type { ProcessedOutput } from '@rindle/core/adapter'
import { outputOf } from '@rindle/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { type StreamOptions, stream, video } from '../src/recipes/index.ts'
import { AAC, clip, DRAWN, H264, removeAfterTests } from './clips.ts'
import { ffmpegLanes } from './lanes.ts'
import { indexOf, packetsOf, secondsOf } from './stream-file.ts'
import { differentAlone, inspect, outcomesOf } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

/** The recipes of a stream, by the ends of their names. */
function parts(options: StreamOptions): Readonly<Record<string, Recipe>> {
  return Object.fromEntries(stream(options).members.map(({ suffix, recipe }) => [`film_${suffix}`, recipe]))
}

const PARTS = parts({ heights: [180, 90], segmentSeconds: 2, soundTracks: 1 })

let film: SourceFile
beforeAll(async () => {
  film = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 5, 30), DRAWN.sine(5), H264, AAC)
})

async function made(source: SourceFile, recipes: Readonly<Record<string, Recipe>>, programs = LANES[0]?.programs) {
  const outcomes = await outcomesOf(avProcessor(programs), source, recipes)
  return Object.fromEntries([...outcomes].map(([name, outcome]) => [name, outputOf(outcome)]))
}

describe.each(LANES)('a stream made with the $lane FFmpeg', ({ programs }) => {
  let outputs: Readonly<Record<string, ProcessedOutput>>
  beforeAll(async () => {
    outputs = await made(film, { ...PARTS, plain: video.mp4({ height: 144 }) }, programs)
  })

  it('has a file for each size and for the sound, beside the plain video', async () => {
    expect(outputs).toMatchObject({
      film_180: { contentType: 'video/mp4', width: 320, height: 180, durationMs: 5_000 },
      film_90: { contentType: 'video/mp4', width: 160, height: 90, durationMs: 5_000 },
      film_sound: { contentType: 'audio/mp4' },
      plain: { contentType: 'video/mp4', width: 256, metadata: undefined },
    })
  })

  it('has an index of byte ranges that cover the file up to its end', async () => {
    for (const name of ['film_180', 'film_90', 'film_sound']) {
      const output = outputs[name] as ProcessedOutput
      const { init, segments } = indexOf(output)
      const end = segments.bytes.reduce((at, bytes) => at + bytes, init)
      expect(segments.bytes).toHaveLength(segments.ticks.length)
      // After the last fragment there is only a table of them.
      expect((await stat(output.path)).size - end).toBeLessThan(300)
      expect(output.byteSize).toBeGreaterThan(end)
    }
  })

  it('begins at 0 with every size, and has key frames at the same bounds', async () => {
    for (const name of ['film_180', 'film_90']) {
      const output = outputs[name] as ProcessedOutput
      const { init, segments } = indexOf(output)
      expect(secondsOf(indexOf(output))).toEqual([2, 2, 1])
      const packets = await packetsOf(output.path, programs.ffprobePath)
      expect(packets.filter(({ isKey }) => isKey).map(({ seconds }) => seconds)).toEqual([0, 2, 4])
      const bounds = segments.bytes.map((_, index) => segments.bytes.slice(0, index).reduce((a, b) => a + b, init))
      // Each range holds the pictures of its segment, the first one a key frame.
      const firsts = bounds.map((at) => packets.find((packet) => packet.at >= at))
      expect(firsts.map((packet) => [packet?.isKey, packet?.seconds])).toEqual([
        [true, 0],
        [true, 2],
        [true, 4],
      ])
    }
    const [first] = await packetsOf((outputs['film_sound'] as ProcessedOutput).path, programs.ffprobePath)
    expect(first?.seconds).toBeCloseTo(-0.021, 2)
  })

  it('names codecs, rates and sound as ffprobe does', async () => {
    const [large, sound] = [outputs['film_180'], outputs['film_sound']] as [ProcessedOutput, ProcessedOutput]
    const { streams, format } = await inspect(large.path)
    expect(streams).toMatchObject([{ codec_name: 'h264', avg_frame_rate: '30/1', width: 320, color_space: 'bt709' }])
    const { codecs, frameRate, bandwidth, averageBandwidth } = indexOf(large)
    expect({ codecs, frameRate }).toEqual({ codecs: expect.stringMatching(/^avc1\.6400[0-9a-f]{2}$/), frameRate: 30 })
    expect(averageBandwidth / Number(format.bit_rate)).toBeCloseTo(1, 1)
    expect(bandwidth).toBeGreaterThanOrEqual(averageBandwidth)
    expect(indexOf(sound)).toMatchObject({
      role: 'sound',
      codecs: 'mp4a.40.2',
      timescale: 48_000,
      sound: { channels: 1, sampleRate: 48_000, index: 0 },
    })
    expect(indexOf(sound).segments.ticks.reduce((a, b) => a + b, 0) / 48_000).toBeCloseTo(5, 1)
  })

  it('has the same bytes in each part beside the others as alone', async () => {
    expect(await differentAlone(avProcessor(programs), film, PARTS)).toEqual([])
  })
})
