import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { parseFrameStatistics, rankPosterFrames } from '../src/choose-poster-frame.ts'
import { avProcessor } from '../src/index.ts'
import { AAC, clip, DRAWN, ffmpeg, H264, lavfi, removeAfterTests, temporaryDirectory } from './clips.ts'
import { decode, nameOf } from './decoded.ts'
import { ffmpegLanes } from './lanes.ts'
import { failure, make, POSTER } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

describe('the choice of a frame', () => {
  const frame = (seconds: number, sceneScore: number, dark = 20, bright = 200) => ({
    seconds,
    sceneScore,
    dark,
    bright,
  })

  it('falls on scene changes that are neither black nor of one colour, the earliest first', () => {
    const frames = [
      frame(0, 0),
      frame(1, 0.9, 16, 20),
      frame(2, 0.9, 90, 95),
      frame(3, 0.29),
      frame(4, 0.3),
      frame(5, 1),
    ]
    expect(rankPosterFrames(frames)).toEqual([4, 5, 0, 3, 2])
  })

  it('falls on the first frame that shows something when nothing changes', () => {
    expect(rankPosterFrames([frame(0, 0, 16, 17), frame(1, 0.1), frame(2, 0.1)])).toEqual([1, 2])
  })

  it('prefers one colour to black, and falls on nothing when all is black', () => {
    expect(rankPosterFrames([frame(0, 0, 16, 17), frame(1, 0.9, 120, 121)])).toEqual([1])
    expect(rankPosterFrames([frame(0, 0, 16, 17)])).toEqual([])
    expect(rankPosterFrames([])).toEqual([])
  })

  it('parses the output of FFmpeg, and skips frames without a time', () => {
    const printed =
      'frame:0    pts:0       pts_time:0\nlavfi.scene_score=0.000000\nlavfi.signalstats.YLOW=16\nlavfi.signalstats.YHIGH=235\n' +
      'frame:1    pts:NOPTS   pts_time:NOPTS\nlavfi.scene_score=0.5\n' +
      'frame:2    pts:512     pts_time:1.25\nlavfi.scene_score=0.500000\nlavfi.signalstats.YLOW=40.5\nlavfi.signalstats.YHIGH=41\n'
    expect(parseFrameStatistics(printed)).toEqual([
      { seconds: 0, sceneScore: 0, dark: 16, bright: 235 },
      { seconds: 1.25, sceneScore: 0.5, dark: 40.5, bright: 41 },
    ])
  })
})

describe.each(LANES)('a poster made with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor(programs)
  // One second of each, with a key frame at each cut.
  const scenes = (...colours: readonly string[]): readonly string[] => {
    const drawn = colours.map((colour, n) => `${picture(colour)}[v${n}]`)
    return lavfi(`${drawn.join(';')};${colours.map((_, n) => `[v${n}]`).join('')}concat=n=${colours.length}`)
  }

  it('is the first scene after a black beginning, from key frames', async () => {
    const source = await clip('video/mp4', 'mp4', scenes('black', 'red', 'blue', 'lime'), H264, ['-g', '25'])
    const output = await make(processor, source, POSTER)
    expect(output).toMatchObject({ contentType: 'image/jpeg', width: 320, height: 180 })
    expect(nameOf((await decode(output.path)).at(0.25, 0.5))).toBe('red')
  })

  it('is also found without key frames', async () => {
    const source = await clip('video/mp4', 'mp4', scenes('black', 'lime'), H264, ['-g', '500', '-sc_threshold', '0'])
    const output = await make(processor, source, POSTER)
    expect(nameOf((await decode(output.path)).at(0.25, 0.5))).toBe('lime')
  })

  it('is the first frame when all of them are black', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.plain('black'), H264)
    const output = await make(processor, source, POSTER)
    expect((await decode(output.path)).at(0.5, 0.5)).toEqual([0, 0, 0])
  })

  it('is upright, in square pixels, and no larger than 1280 on a side', async () => {
    const stored = await clip('video/quicktime', 'mov', DRAWN.test('1440x1080', 0.2), ['-vf', 'setsar=4/3'], H264)
    const turn = ['-i', stored.path, '-c', 'copy', '-metadata:s:v', 'rotate=270']
    const output = await make(processor, await clip('video/quicktime', 'mov', turn), POSTER)
    expect(output).toMatchObject({ width: 720, height: 1280 })
    expect(await decode(output.path)).toMatchObject({ width: 720, height: 1280 })
  })

  it('has the colours of its source, and no metadata', async () => {
    const red = ['-vf', 'scale=out_color_matrix=bt709,format=yuv420p', '-colorspace', 'bt709']
    const source = await clip('video/mp4', 'mp4', DRAWN.plain('0xc03020', '1280x720', 0.2), red, H264, [
      '-metadata',
      'title=Secret',
    ])
    const output = await make(processor, source, POSTER)
    const [r, g, b] = (await decode(output.path)).at(0.5, 0.5)
    expect(Math.max(Math.abs(r - 0xc0), Math.abs(g - 0x30), Math.abs(b - 0x20))).toBeLessThanOrEqual(6)
    const metadata = await sharp(output.path).metadata()
    expect(metadata).toMatchObject({ format: 'jpeg', space: 'srgb', chromaSubsampling: '4:2:0' })
    expect(Object.keys(metadata).filter((key) => /exif|icc|xmp|iptc|comments/.test(key))).toEqual([])
  })

  it('of a sound file is its cover', async () => {
    const cover = `${await temporaryDirectory()}/cover.png`
    await ffmpeg(...DRAWN.plain('blue', '300x300'), '-frames:v', '1', cover)
    const both = ['-i', cover, '-map', '0:a', '-map', '1:v', '-disposition:v:0', 'attached_pic']
    const source = await clip('audio/mpeg', 'mp3', DRAWN.sine(1), both, ['-c:v', 'copy', '-c:a', 'libmp3lame'])
    const output = await make(processor, source, POSTER)
    expect(output).toMatchObject({ width: 300, height: 300 })
    expect(nameOf((await decode(output.path)).at(0.5, 0.5))).toBe('blue')
  })

  it('cannot be made from a sound file without a cover, and is not retried', async () => {
    const source = await clip('audio/mp4', 'm4a', DRAWN.sine(1), AAC)
    expect(await failure(processor, source, POSTER)).toMatchObject({
      code: 'processing_failed',
      retryable: false,
      message: expect.stringContaining('no cover picture'),
    })
  })
})

/** A second of one colour with a bar of another, so that it is not flat; black is black all over. */
function picture(colour: string): string {
  const plain = `color=c=${colour}:size=320x180:rate=25:duration=1`
  return colour === 'black' ? plain : `${plain},drawbox=x=200:y=0:w=120:h=180:color=white:t=fill`
}
