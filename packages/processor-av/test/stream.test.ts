import { stat } from 'node:fs/promises'
import type { Recipe, SourceFile } from '@rindle/core'
import type { ProcessedOutput } from '@rindle/core/adapter'
import { outputOf } from '@rindle/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { type StreamOptions, stream, video } from '../src/recipes/index.ts'
import { AAC, clip, DRAWN, H264, lavfi, removeAfterTests } from './clips.ts'
import { ffmpegLanes } from './lanes.ts'
import { indexOf, packetsOf, secondsOf } from './stream-file.ts'
import { differentAlone, inspect, LIMITS, outcomesOf } from './workbench.ts'

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
      plain: { contentType: 'video/mp4', width: 256 },
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
    // With several threads, x264 keeps a limit of the bitrate in slightly different ways.
    const short = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 0.4), DRAWN.sine(0.4), H264, AAC)
    expect(await differentAlone(avProcessor({ ...programs, threads: 1 }), short, PARTS)).toEqual([])
  })
})

describe('a stream of an odd source', () => {
  const SMALL = { heights: [90], segmentSeconds: 2 }
  const VIDEO = parts({ ...SMALL, soundTracks: 0 })
  const SOUND = parts({ ...SMALL, soundTracks: 1 })

  it.each<[string, () => Promise<SourceFile>, object, object]>([
    [
      'in portrait fits by its shorter side',
      () => clip('video/mp4', 'mp4', DRAWN.test('90x160', 1), H264),
      { width: 90, height: 160 },
      { frameRate: 25 },
    ],
    [
      'of odd sides loses a line',
      () => clip('video/mp4', 'mp4', DRAWN.test('161x91', 1), ['-c:v', 'libx264', '-pix_fmt', 'yuv444p']),
      { width: 160, height: 90 },
      { frameRate: 25 },
    ],
    [
      'of a variable rate has a constant one',
      () =>
        clip(
          'video/mp4',
          'mp4',
          DRAWN.test('160x90', 3, 30),
          ['-vf', "select='lt(t,1)+not(mod(n,3))'", '-vsync', 'vfr'],
          H264,
        ),
      {},
      { frameRate: 30 },
    ],
    [
      'of 23.976 frames a second keeps them',
      () => clip('video/mp4', 'mp4', lavfi('testsrc2=size=160x90:rate=24000/1001:duration=5'), H264),
      {},
      { frameRate: 23.976 },
    ],
    [
      'that is interlaced has whole frames',
      () =>
        clip('video/mp4', 'mp4', DRAWN.test('160x96', 1, 50), ['-vf', 'tinterlace=interleave_top'], H264, [
          '-flags',
          '+ilme+ildct',
          '-x264opts',
          'tff=1',
        ]),
      { height: 90 },
      { frameRate: 25 },
    ],
    [
      'that is shorter than a segment has one',
      () => clip('video/mp4', 'mp4', DRAWN.test('160x90', 0.4), H264),
      { durationMs: 400 },
      { segments: { bytes: [expect.any(Number)], ticks: [expect.any(Number)] } },
    ],
  ])('%s', async (_, source, output, index) => {
    const { film_90: made90 } = await made(await source(), VIDEO)
    expect(made90).toMatchObject(output)
    expect(indexOf(made90 as ProcessedOutput)).toMatchObject(index)
  })

  it('that is rotated is upright', async () => {
    const { path } = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 1), H264)
    const turned = await clip('video/mp4', 'mp4', ['-i', path, '-c', 'copy', '-metadata:s:v', 'rotate=90'])
    expect((await made(turned, VIDEO))['film_90']).toMatchObject({ width: 90, height: 160 })
  })

  it('of high dynamic range is mapped to the standard range', async () => {
    const hdr = ['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p10le', '-x265-params']
    const colours = 'log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc'
    const bright = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 0.4), [...hdr, colours, '-tag:v', 'hvc1'])
    const { film_90: mapped } = await made(bright, VIDEO)
    expect(mapped).toMatchObject({ metadata: { isToneMapped: true, stream: { role: 'video' } } })
  })

  it('of sound alone has a sound alone, and fails for the others', async () => {
    const song = await clip('audio/mp4', 'm4a', DRAWN.sine(3), AAC)
    const outcomes = await outcomesOf(avProcessor(LANES[0]?.programs), song, SOUND)
    expect(outcomes.get('film_90')).toMatchObject({ error: { code: 'processing_failed', retryable: false } })
    const index = indexOf(outputOf(outcomes.get('film_sound')))
    expect(index).toMatchObject({ role: 'sound' })
    expect(index.segments.ticks).toHaveLength(2)
  })

  it('whose sound begins late has silence before it, and whose picture begins late shows its first one', async () => {
    const late = ['-itsoffset', '1']
    const [sound, picture] = [
      await clip('video/mp4', 'mp4', DRAWN.test('160x90', 3), late, DRAWN.sine(2), H264, AAC),
      await clip('video/x-matroska', 'mkv', DRAWN.sine(3), late, DRAWN.test('160x90', 2), ['-vsync', '0'], H264, AAC),
    ]
    for (const source of [sound, picture]) {
      const outputs = await made(source, SOUND)
      for (const output of Object.values(outputs)) {
        const seconds = secondsOf(indexOf(output)).reduce((a, b) => a + b, 0)
        expect(seconds).toBeGreaterThan(2.9)
        expect(seconds).toBeLessThan(3.1)
      }
    }
  })

  it('of several sound tracks has them all, the default one first, with their languages', async () => {
    const tracks = await clip(
      'video/x-matroska',
      'mkv',
      [...DRAWN.test('160x90', 1), ...DRAWN.sine(1), ...DRAWN.sine(1, 880), '-map', '0', '-map', '1', '-map', '2'],
      ['-metadata:s:a:0', 'language=ger', '-metadata:s:a:1', 'language=eng', '-metadata:s:a:1', 'title=Commentary'],
      ['-disposition:a:0', '0', '-disposition:a:1', 'default'],
      [...H264, ...AAC],
    )
    const processor = avProcessor(LANES[0]?.programs)
    expect(await processor.probe(tracks, { limits: LIMITS })).toMatchObject({ metadata: { soundTracks: 2 } })
    const { film_sound: first, film_sound2: second } = await made(tracks, {
      ...parts({ ...SMALL, soundTracks: 2 }),
    })
    expect(indexOf(first as ProcessedOutput).sound).toMatchObject({ language: 'eng', name: 'Commentary', index: 0 })
    expect(indexOf(second as ProcessedOutput).sound).toMatchObject({ language: 'ger', index: 1 })
  })

  it('of three hours has 1,800 segments', async () => {
    const long = await clip('video/mp4', 'mp4', lavfi('color=c=red:size=16x16:rate=1:duration=10800'), H264)
    const { film_90: output } = await made(long, parts({ heights: [90], soundTracks: 0 }))
    const index = indexOf(output as ProcessedOutput)
    expect(index.segments.bytes).toHaveLength(1_800)
    expect(new Set(secondsOf(index))).toEqual(new Set([6]))
  })
})
