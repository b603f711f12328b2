import type { Recipe, SourceFile } from '@rindle/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { audio, video } from '../src/recipes/index.ts'
import { AAC, clip, DRAWN, H264, removeAfterTests } from './clips.ts'
import { decodeFrame, nameOf } from './decoded.ts'
import { ffmpegLanes } from './lanes.ts'
import { differentAlone, failure, inspect, make, outcomesOf } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

let film: SourceFile
let colours: SourceFile
beforeAll(async () => {
  film = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 1), DRAWN.sine(1), H264, AAC, ['-ac', '2'])
  colours = await clip('video/mp4', 'mp4', DRAWN.colours(['red', 'blue']), H264)
})

const SMALL = { height: 144 } as const
const FORMATS: readonly (readonly [string, Recipe, object])[] = [
  ['HEVC in MP4', video.mp4({ ...SMALL, codec: 'hevc' }), { codec_name: 'hevc', codec_tag_string: 'hvc1' }],
  ['VP9 in WebM', video.webm(SMALL), { codec_name: 'vp9' }],
  ['AV1 in MP4', video.mp4({ ...SMALL, codec: 'av1' }), { codec_name: 'av1' }],
  ['AV1 in WebM', video.webm({ ...SMALL, codec: 'av1' }), { codec_name: 'av1' }],
]

describe.each(LANES)('a video made with the $lane FFmpeg', ({ lane, programs }) => {
  const processor = avProcessor({ ...programs, threads: 2 })

  it.each(FORMATS)(
    'is %s with the sound of its container, upright in standard colours',
    async (name, recipe, stream) => {
      if (lane === 'installer' && name.startsWith('AV1')) {
        const error = await failure(processor, film, recipe)
        expect(error).toMatchObject({ code: 'processor_capability_missing', details: { missing: ['libsvtav1'] } })
        return
      }
      const { path, contentType } = await make(processor, film, recipe)
      expect(contentType).toBe(recipe.facts.contentType)
      const { streams } = await inspect(path)
      const sound = path.endsWith('.webm') ? 'opus' : 'aac'
      expect(streams).toMatchObject([
        { ...stream, width: 256, height: 144, pix_fmt: 'yuv420p', color_space: 'bt709' },
        { codec_name: sound, channels: 2 },
      ])
      const made = await make(processor, colours, recipe)
      expect(nameOf((await decodeFrame(made.path, 0.5, programs.ffmpegPath)).at(0.5, 0.5))).toBe('red')
      expect(nameOf((await decodeFrame(made.path, 1.5, programs.ffmpegPath)).at(0.5, 0.5))).toBe('blue')
    },
  )

  it('of any codec has the same bytes beside others as alone', async () => {
    const codecs = lane === 'installer' ? [] : [['av1', video.mp4({ ...SMALL, codec: 'av1' })] as const]
    const recipes = Object.fromEntries<Recipe>([
      ['h264', video.mp4(SMALL)],
      ['hevc', video.mp4({ ...SMALL, codec: 'hevc' })],
      ['vp9', video.webm(SMALL)],
      ['opus', audio.opus()],
      ['flac', audio.flac()],
      ...codecs,
    ])
    expect(await differentAlone(processor, film, recipes)).toEqual([])
  })

  it('has the height, rate, quality and sound of its recipe', async () => {
    const recipes = {
      full: video.mp4({ height: 1080, quality: 18 }),
      poor: video.mp4({ height: 180, quality: 45, fps: 10, audio: { bitrate: 48, channels: 1, normalize: true } }),
      silent: video.mp4({ height: 180, audio: false }),
    }
    const outcomes = await outcomesOf(processor, film, recipes)
    const sizes: number[] = []
    const streams: unknown[] = []
    for (const outcome of outcomes.values()) {
      if ('error' in outcome) throw outcome.error
      sizes.push(outcome.output.byteSize)
      streams.push((await inspect(outcome.output.path)).streams)
    }
    expect(streams).toMatchObject([
      [{ height: 180, avg_frame_rate: '25/1' }, { channels: 2 }],
      [{ height: 180, avg_frame_rate: '10/1' }, { channels: 1 }],
      [{ height: 180, avg_frame_rate: '25/1' }],
    ])
    expect(streams[2]).toHaveLength(1)
    expect(sizes[1]).toBeLessThan((sizes[0] ?? 0) / 3)
  })
})

describe.each(LANES)('a picture with the $lane FFmpeg', ({ programs }) => {
  it('that is too small for a codec is refused for good, and is fine for the others', async () => {
    const processor = avProcessor(programs)
    const tiny = await clip('video/mp4', 'mp4', DRAWN.plain('red', '8x8', 0.4), H264)
    const error = await failure(processor, tiny, video.mp4({ codec: 'hevc' }))
    expect(error).toMatchObject({ code: 'processing_failed', retryable: false })
    expect(error.message).toContain('8 × 8')
    expect(await make(processor, tiny, video.webm())).toMatchObject({ width: 8, height: 8 })
  })
})

it('lasts as long as the whole frames of a slow rate', async () => {
  const { programs } = LANES[0] ?? {}
  const source = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 1.5), H264)
  const output = await make(avProcessor(programs), source, video.mp4({ fps: 1 }))
  expect((await inspect(output.path)).streams).toMatchObject([{ avg_frame_rate: '1/1', nb_frames: '2' }])
})
