import { readFile } from 'node:fs/promises'
import type { SourceFile } from '@rindle/core'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { readWebp } from '../src/read-webp.ts'
import { video } from '../src/recipes/index.ts'
import { AAC, clip, DRAWN, H264, removeAfterTests } from './clips.ts'
import { decodeFrame, nameOf } from './decoded.ts'
import { ffmpegLanes } from './lanes.ts'
import { differentAlone, failure, inspect, make } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

let film: SourceFile
beforeAll(async () => {
  const colours = DRAWN.colours(['red', 'lime', 'blue', 'white', 'yellow'])
  film = await clip('video/mp4', 'mp4', colours, DRAWN.sine(5), H264, AAC)
})

/** The names of the colours of an animation's frames, in order, each once. */
async function coloursOf(path: string): Promise<readonly string[]> {
  const { pages = 1, width, height, pageHeight = height } = await sharp(path, { animated: true }).metadata()
  const pixels = await sharp(path, { animated: true }).removeAlpha().raw().toBuffer()
  const names = Array.from({ length: pages }, (_, page) => {
    const offset = (page * pageHeight * width + width + 1) * 3
    return nameOf([pixels[offset] ?? 0, pixels[offset + 1] ?? 0, pixels[offset + 2] ?? 0])
  })
  return names.filter((name, index) => name !== names[index - 1])
}

describe.each(LANES)('a preview made with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor({ ...programs, threads: 2 })

  it.each(['webp', 'gif'] as const)(
    'is a %s of the seconds that it asks for, which begins again at its end',
    async (format) => {
      const recipe = video.preview({ format, at: 1_000, durationMs: 2_000, width: 160, fps: 5 })
      expect(await coloursOf((await make(processor, film, recipe)).path)).toEqual(['lime', 'blue'])
      const moving = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 4), H264)
      const { path, ...output } = await make(processor, moving, recipe)
      expect(output).toMatchObject({ contentType: `image/${format}`, width: 160, height: 90 })
      const { pages, delay = [], loop, width, pageHeight } = await sharp(path, { animated: true }).metadata()
      expect({ pages, loop, width, pageHeight }).toEqual({ pages: 10, loop: 0, width: 160, pageHeight: 90 })
      expect(delay.reduce((sum, ms) => sum + ms, 0)).toBe(2_000)
    },
  )

  it('is a silent MP4 that plays at once', async () => {
    const { path, ...output } = await make(processor, film, video.preview({ format: 'mp4' }))
    expect(output).toMatchObject({ contentType: 'video/mp4', width: 320, height: 180 })
    expect((await inspect(path)).streams).toMatchObject([
      { codec_name: 'h264', avg_frame_rate: '25/1', nb_frames: '75' },
    ])
    const bytes = (await readFile(path)).toString('latin1')
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'))
    expect(nameOf((await decodeFrame(path, 0)).at(0.5, 0.5))).toBe('red')
    expect(nameOf((await decodeFrame(path, 2.9)).at(0.5, 0.5))).toBe('white')
  })

  it('begins earlier where the rest is too short, and is the whole of a short video', async () => {
    const last = await make(processor, film, video.preview({ at: { share: 1 }, durationMs: 1_000 }))
    expect(await coloursOf(last.path)).toEqual(['yellow'])
    const short = await clip('video/mp4', 'mp4', DRAWN.plain('blue', '90x160', 0.4), H264)
    for (const format of ['webp', 'gif', 'mp4'] as const) {
      expect(await make(processor, short, video.preview({ format: format as 'mp4' }))).toMatchObject({
        width: 90,
        height: 160,
      })
    }
  })

  it('has the same bytes beside others as alone', async () => {
    const recipes = {
      webp: video.preview(),
      gif: video.preview({ format: 'gif' }),
      mp4: video.preview({ format: 'mp4' }),
    }
    expect(await differentAlone(processor, film, recipes)).toEqual([])
  })

  it('of a sound is refused for good', async () => {
    const sound = await clip('audio/mp4', 'm4a', DRAWN.sine(1), AAC)
    expect(await failure(processor, sound, video.preview())).toMatchObject({
      code: 'processing_failed',
      retryable: false,
    })
  })
})

describe('a WebP that is read back', () => {
  it('is refused when it is cut off, or is something else', async () => {
    const bytes = await sharp({ create: { width: 3, height: 2, channels: 4, background: '#f000' } })
      .webp()
      .toBuffer()
    expect(readWebp(bytes.subarray(0, -1))).toBeNull()
    expect(readWebp(Buffer.alloc(0))).toBeNull()
    expect(readWebp(Buffer.from('nothing of the kind'))).toBeNull()
  })
})
