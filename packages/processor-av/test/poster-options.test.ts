import type { SourceFile } from '@rindle/core'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { POSTER_FORMATS, poster } from '../src/recipes/index.ts'
import { clip, DRAWN, H264, removeAfterTests } from './clips.ts'
import { decode, nameOf } from './decoded.ts'
import { ffmpegLanes } from './lanes.ts'
import { differentAlone, failure, make, outcomesOf } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

const FILMS: Record<string, SourceFile> = {}
beforeAll(async () => {
  const colours = DRAWN.colours(['black', 'red', 'lime', 'blue', 'white'])
  const film = await clip('video/mp4', 'mp4', colours, H264)
  FILMS['MP4'] = film
  FILMS['MPEG-TS'] = await clip('video/mp2t', 'ts', ['-i', film.path, '-c', 'copy'])
  FILMS['one group of pictures'] = await clip('video/mp4', 'mp4', colours, H264, ['-g', '999', '-sc_threshold', '0'])
  const slides = ['-vf', 'select=eq(n\\,0)+eq(n\\,25)+eq(n\\,124)', '-vsync', '2']
  FILMS['slides'] = await clip('video/mp4', 'mp4', colours, slides, H264)
})

describe.each(LANES)('a poster made with the $lane FFmpeg', ({ lane, programs }) => {
  const processor = avProcessor({ ...programs, threads: 2 })
  const colourAt = async (form: string, at: number | { share: number }) => {
    const { path } = await make(processor, FILMS[form] as SourceFile, poster({ at }))
    return nameOf((await decode(path)).at(0.5, 0.5))
  }

  it.each(['MP4', 'MPEG-TS', 'one group of pictures'])('of %s shows the picture at its time', async (form) => {
    expect(await colourAt(form, 0)).toBe('black')
    expect(await colourAt(form, 1_960)).toBe('red')
    expect(await colourAt(form, { share: 0.5 })).toBe('lime')
    expect(await colourAt(form, { share: 1 })).toBe('white')
    expect(await colourAt(form, 3_600_000)).toBe('white')
  })

  it('shows a picture that stays on screen for long', async () => {
    expect([await colourAt('slides', 900), await colourAt('slides', 3_000)]).toEqual(['black', 'red'])
  })

  it.each(POSTER_FORMATS)('is a %s of the width that it asks for, in the colours of its source', async (format) => {
    const source = FILMS['MP4'] as SourceFile
    const recipe = poster({ at: 2_500, width: 100, format })
    if (format === 'avif' && lane === 'installer') {
      expect(await failure(processor, source, recipe)).toMatchObject({ code: 'processor_capability_missing' })
      return
    }
    const { path, ...output } = await make(processor, source, recipe)
    expect(output).toMatchObject({ contentType: `image/${format}`, width: 100, height: 56 })
    const { format: found, width, height, pages = 1 } = await sharp(path).metadata()
    expect({ found, width, height, pages }).toEqual({
      found: format === 'avif' ? 'heif' : format,
      width: 100,
      height: 56,
      pages: 1,
    })
    const [red, green, blue] = (await decode(path)).at(0.5, 0.5)
    for (const [value, wanted] of [
      [red, 0],
      [green, 255],
      [blue, 0],
    ] as const) {
      expect(Math.abs(value - wanted)).toBeLessThan(6)
    }
  })

  it('is made in every format where nothing follows the last picture', async () => {
    const film = await clip('video/x-msvideo', 'avi', DRAWN.plain('red', '64x36', 2, 5), ['-c:v', 'mpeg4'])
    const formats = POSTER_FORMATS.filter((format) => format !== 'avif' || lane !== 'installer')
    const recipes = Object.fromEntries(formats.map((format) => [format, poster({ at: 9_000, format })]))
    for (const outcome of (await outcomesOf(processor, film, recipes)).values()) {
      expect(outcome).toMatchObject({ output: { width: 64, height: 36 } })
    }
  })

  it('has an odd side of a film of high dynamic range, too', async () => {
    const tags = ['-color_trc', 'smpte2084', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc']
    const film = await clip('video/mp4', 'mp4', DRAWN.test('64x36', 0.2), H264, ['-pix_fmt', 'yuv420p10le'], tags)
    const output = await make(processor, film, poster({ at: 0, width: 31, format: 'png' }))
    expect(output).toMatchObject({ width: 31, height: 17, metadata: { isToneMapped: true } })
  })

  it('has the same bytes beside others as alone, in every format', async () => {
    const formats = POSTER_FORMATS.filter((format) => format !== 'avif' || lane !== 'installer')
    const recipes = Object.fromEntries(formats.map((format) => [format, poster({ at: 1_500, format })]))
    expect(await differentAlone(processor, FILMS['MP4'] as SourceFile, { ...recipes, scene: poster() })).toEqual([])
  })
})

describe('the poster of a song', () => {
  it('is its cover in the format and width that it asks for', async () => {
    const [{ programs } = LANES[0] as never] = LANES
    const cover = await clip('image/png', 'png', DRAWN.plain('red', '300x300', 0.04), ['-frames:v', '1'])
    const song = await clip(
      'audio/mpeg',
      'mp3',
      DRAWN.sine(1),
      ['-i', cover.path, '-map', '0', '-map', '1', '-c:v', 'copy', '-c:a', 'libmp3lame', '-id3v2_version', '3'],
      ['-disposition:v', 'attached_pic'],
    )
    const recipe = poster({ at: { share: 0.5 }, width: 50, format: 'webp' })
    const { path } = await make(avProcessor(programs), song, recipe)
    expect(await sharp(path).metadata()).toMatchObject({ format: 'webp', width: 50, height: 50 })
    expect(nameOf((await decode(path)).at(0.5, 0.5))).toBe('red')
  })
})
