import type { Recipe } from '@rindle/core'
import { describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { poster, video } from '../src/recipes/index.ts'
import { clip, DRAWN, H264, lavfi, removeAfterTests } from './clips.ts'
import { decode, decodeFrame, nameOf } from './decoded.ts'
import { ffmpegLanes } from './lanes.ts'
import { inspect, make, outcomesOf } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

const PART = { startMs: 200, durationMs: 600 } as const
const RECIPES: Readonly<Record<string, Recipe>> = {
  webm: video.webm({ height: 360 }),
  part: video.mp4({ height: 360, clip: PART }),
  loop: video.preview({ width: 640 }),
  gif: video.preview({ width: 640, format: 'gif' }),
  film: video.preview({ width: 640, format: 'mp4' }),
  poster: poster({ at: 500, format: 'png' }),
}

describe.each(LANES)('every picture with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor({ ...programs, threads: 2 })

  it('is upright, with square pixels, of a source that is rotated and odd', async () => {
    const halves = lavfi('color=c=red:size=322x178:rate=25:duration=1,drawbox=x=161:w=161:h=178:color=blue:t=fill')
    const stored = await clip('video/mp4', 'mp4', halves, H264, ['-vf', 'format=yuv420p,setsar=1'])
    // Anticlockwise.
    const turned = ['-i', stored.path, '-c', 'copy', '-metadata:s:v', 'rotate=90']
    const source = await clip('video/quicktime', 'mov', turned)
    for (const [name, outcome] of await outcomesOf(processor, source, RECIPES)) {
      if ('error' in outcome) throw outcome.error
      const { path, width, height, contentType } = outcome.output
      expect({ name, width, height }).toEqual({ name, width: 178, height: 322 })
      const frame = contentType.startsWith('image/') ? await decode(path) : await decodeFrame(path, 0.3)
      expect({ name, top: nameOf(frame.at(0.5, 0.2)), bottom: nameOf(frame.at(0.5, 0.8)) }).toEqual({
        name,
        top: 'blue',
        bottom: 'red',
      })
    }
  })

  it('has standard colours, and says whether high dynamic range was mapped', async () => {
    const tags = ['-color_trc', 'smpte2084', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc']
    const source = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 1), H264, ['-pix_fmt', 'yuv420p10le'], tags)
    for (const outcome of (await outcomesOf(processor, source, RECIPES)).values()) {
      expect(outcome).toMatchObject({ output: { metadata: { isToneMapped: true } } })
    }
  })

  it('keeps a constant rate and its duration where the source has no rate', async () => {
    const jumping = ['-vf', "setpts='if(lt(mod(N,4),3),floor(N/4)*0.8+mod(N,4)*0.04,floor(N/4)*0.8+0.5)/TB'"]
    const source = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 0.4), jumping, ['-vsync', '2'], H264)
    const recipe = video.webm({ clip: { startMs: 300, durationMs: 1_000 } })
    const { path, durationMs = 0 } = await make(processor, source, recipe)
    expect((await inspect(path)).streams).toMatchObject([{ avg_frame_rate: '30/1' }])
    expect(Math.abs(durationMs - 1_000)).toBeLessThan(50)
  })
})
