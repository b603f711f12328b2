import { describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { clip, DRAWN, lavfi, removeAfterTests } from './clips.ts'
import { type Decoded, decode, nameOf } from './decoded.ts'
import { ffmpegLanes } from './lanes.ts'
import { make, POSTER, STRIP } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

const COLOURS = ['red', 'lime', 'blue', 'white', 'cyan', 'magenta', 'yellow', 'red']
const drawn = COLOURS.map((colour, n) => `color=c=${colour}:size=160x90:rate=30:duration=1[v${n}]`)
const SECONDS = lavfi(`${drawn.join(';')};${COLOURS.map((_, n) => `[v${n}]`).join('')}concat=n=${COLOURS.length}`)

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-sc_threshold', '0']
const X265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p']
/** Films with a key frame each second, if the format has key frames that a decoder can begin with. */
const FILMS = [
  ['H.264 with open groups of pictures', 'video/mp4', 'mp4', [...X264, '-x264opts', 'open-gop=1:keyint=30:bframes=3']],
  [
    'H.264 that refreshes bit by bit',
    'video/mp4',
    'mp4',
    [...X264, '-x264opts', 'intra-refresh=1:keyint=30:bframes=3'],
  ],
  ['H.264 with one key frame', 'video/mp4', 'mp4', [...X264, '-g', '9999']],
  ['HEVC with open groups of pictures', 'video/mp4', 'mp4', [...X265, '-x265-params', 'open-gop=1:keyint=30']],
  ['MPEG-2 with open groups of pictures', 'video/mp2t', 'ts', ['-c:v', 'mpeg2video', '-bf', '2', '-g', '30']],
  ['MPEG-4', 'video/x-msvideo', 'avi', ['-c:v', 'mpeg4', '-g', '30']],
  ['Windows Media Video', 'video/x-ms-asf', 'wmv', ['-c:v', 'wmv2', '-g', '30']],
  ['Theora', 'video/ogg', 'ogv', ['-c:v', 'libtheora', '-q:v', '6', '-g', '30']],
  ['VP8', 'video/webm', 'webm', ['-c:v', 'libvpx', '-deadline', 'realtime', '-g', '30']],
  ['VP9', 'video/webm', 'webm', ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '30']],
] as const

describe.each(LANES)('a film in any codec, with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor(programs)

  it.each(FILMS)('%s: the strip shows each second, and the poster a picture', async (_what, type, extension, codec) => {
    const source = await clip(type, extension, SECONDS, codec)
    const strip = await make(processor, source, STRIP)
    expect(strip.metadata).toMatchObject({ tileCount: COLOURS.length, columns: COLOURS.length, rows: 1 })
    expect(tilesOf(await decode(strip.path))).toEqual(COLOURS)
    const poster = await decode((await make(processor, source, POSTER)).path)
    expect(COLOURS).toContain(nameOf(poster.at(0.5, 0.5)))
  })

  it.each(FILMS)('%s: a single frame has a strip and a poster', async (_what, type, extension, codec) => {
    const source = await clip(type, extension, DRAWN.plain('lime', '160x90', 1, 30), codec, ['-frames:v', '1'])
    for (const recipe of [STRIP, POSTER]) {
      const picture = await decode((await make(processor, source, recipe)).path)
      expect(nameOf(picture.at(0.5, 0.5))).toBe('lime')
    }
  })
})

function tilesOf(picture: Decoded): readonly string[] {
  return COLOURS.map((_, tile) => nameOf(picture.at((tile + 0.5) / COLOURS.length, 0.5)))
}
