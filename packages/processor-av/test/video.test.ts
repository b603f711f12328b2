import { readFile } from 'node:fs/promises'
import { outputOf } from '@rindle/testing'
import { describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { video } from '../src/recipes/index.ts'
import { AAC, clip, DRAWN, H264, lavfi, removeAfterTests } from './clips.ts'
import { type Decoded, decodeFrame, nameOf } from './decoded.ts'
import { ffmpegLanes } from './lanes.ts'
import { inspect, make, outcomesOf, POSTER, VIDEO } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

describe.each(LANES)('a video made with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor(programs)

  it('is H.264 High and AAC in an MP4 that begins with its index, inside 1280 × 720', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('1920x1080', 1), DRAWN.sine(1), H264, AAC)
    const output = await make(processor, source, VIDEO)
    expect(output).toMatchObject({ contentType: 'video/mp4', width: 1280, height: 720 })
    const { streams } = await inspect(output.path)
    expect(streams).toMatchObject([
      {
        codec_name: 'h264',
        profile: 'High',
        pix_fmt: 'yuv420p',
        width: 1280,
        height: 720,
        color_space: 'bt709',
        color_range: 'tv',
        avg_frame_rate: '25/1',
      },
      { codec_name: 'aac', profile: 'LC', sample_rate: '48000', channels: 1 },
    ])
    const bytes = (await readFile(output.path)).toString('latin1')
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'))
    expect(output.byteSize).toBe(bytes.length)
  })

  it('has its index at the end when the recipe says so, and 480 lines with the smaller preset', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('1280x720', 1), H264)
    const output = await make(processor, source, video.mp4({ height: 480, faststart: false }))
    expect(output).toMatchObject({ width: 852, height: 480 })
    const bytes = (await readFile(output.path)).toString('latin1')
    expect(bytes.indexOf('moov')).toBeGreaterThan(bytes.indexOf('mdat'))
  })

  it('is never enlarged, and loses the odd line of an odd size', async () => {
    const source = await clip('video/x-matroska', 'mkv', DRAWN.test('321x179', 1), ['-c:v', 'ffv1', '-pix_fmt', 'bgr0'])
    expect(await make(processor, source, VIDEO)).toMatchObject({ width: 320, height: 178 })
  })

  it('stays silent when its source is, and lasts as long', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test(), H264)
    const output = await make(processor, source, VIDEO)
    expect((await inspect(output.path)).streams).toHaveLength(1)
    expect(output.durationMs).toBe(2000)
  })

  it.each([
    // Anticlockwise.
    [90, 180, 320, ['lime', 'white', 'red', 'blue']],
    [180, 320, 180, ['white', 'blue', 'lime', 'red']],
    [270, 180, 320, ['blue', 'red', 'white', 'lime']],
  ] as const)('is upright when its source is rotated by %i degrees', async (rotate, width, height, corners) => {
    const stored = await clip('video/quicktime', 'mov', quadrants('320x180'), H264)
    const turned = ['-i', stored.path, '-c', 'copy', '-metadata:s:v', `rotate=${rotate}`]
    const source = await clip('video/quicktime', 'mov', turned)
    const output = await make(processor, source, VIDEO)
    expect(output).toMatchObject({ width, height })
    const frame = await decodeFrame(output.path, 0.5)
    expect(cornersOf(frame)).toEqual(corners)
    const { streams } = await inspect(output.path)
    expect(streams[0]?.['side_data_list']).toBeUndefined()
  })

  it('has square pixels when its source has others', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('360x288', 1), H264, ['-vf', 'setsar=64/45'])
    const output = await make(processor, source, VIDEO)
    expect(output).toMatchObject({ width: 512, height: 288 })
    expect((await inspect(output.path)).streams[0]).toMatchObject({ sample_aspect_ratio: '1:1' })
  })

  it('has 8 bits and subsampled colour, whatever its source has', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 1), H264, ['-pix_fmt', 'yuv444p10le'])
    const output = await make(processor, source, VIDEO)
    expect((await inspect(output.path)).streams[0]).toMatchObject({ pix_fmt: 'yuv420p', profile: 'High' })
  })

  it('has a constant rate when its source has none, and still lasts as long', async () => {
    // Three quick frames, a long one, and so on: 9.4 seconds.
    const jumping = ['-vf', "setpts='if(lt(mod(N,4),3),floor(N/4)*0.8+mod(N,4)*0.04,floor(N/4)*0.8+0.5)/TB'"]
    const source = await clip('video/mp4', 'mp4', DRAWN.test(), jumping, ['-vsync', '2'], H264)
    const output = await make(processor, source, VIDEO)
    expect((await inspect(output.path)).streams[0]).toMatchObject({ avg_frame_rate: '30/1', r_frame_rate: '30/1' })
    expect(output.durationMs).toBeGreaterThan(9_300)
  })

  it('is progressive when its source is interlaced, at the rate of its frames', async () => {
    // Moving vertical stripes: lines from two times do not match.
    const stripes = lavfi('nullsrc=size=160x96:rate=50:duration=1,geq=255*lt(mod(X+N*8\\,80)\\,40):128:128')
    const fields = ['-vf', 'tinterlace=interleave_top,setfield=tff', '-flags', '+ilme+ildct', '-x264opts', 'tff=1']
    const source = await clip('video/mp4', 'mp4', stripes, fields, H264)
    const output = await make(processor, source, VIDEO)
    expect((await inspect(output.path)).streams[0]).toMatchObject({
      avg_frame_rate: '25/1',
      field_order: 'progressive',
    })
    expect(combing(await decodeFrame(source.path, 0.5))).toBeGreaterThan(0.1)
    expect(combing(await decodeFrame(output.path, 0.5))).toBeLessThan(0.02)
  })

  it('has at most 60 frames a second', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 1, 120), H264)
    const output = await make(processor, source, VIDEO)
    expect((await inspect(output.path)).streams[0]).toMatchObject({ avg_frame_rate: '60/1' })
  })

  it('says whether high dynamic range was mapped, and has standard colours', async () => {
    const tags = ['-color_trc', 'smpte2084', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc']
    const source = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 1), H264, ['-pix_fmt', 'yuv420p10le'], tags)
    const outcomes = await outcomesOf(processor, source, { video: VIDEO, poster: POSTER })
    for (const outcome of outcomes.values()) {
      expect(outcome).toMatchObject({ output: { metadata: { isToneMapped: true } } })
    }
    expect((await inspect(outputOf(outcomes.get('video')).path)).streams[0]).toMatchObject({
      color_transfer: 'bt709',
      color_primaries: 'bt709',
      color_space: 'bt709',
    })
  })

  it.each([
    ['bt709', 'tv'],
    ['smpte170m', 'tv'],
    ['bt709', 'pc'],
    ['smpte170m', 'pc'],
  ])('keeps colours that are stored as %s in the range %s', async (matrix, range) => {
    const out = `scale=out_color_matrix=${matrix === 'smpte170m' ? 'bt601' : matrix}:out_range=${range},format=yuv420p`
    const tags = ['-colorspace', matrix, '-color_range', range]
    const source = await clip('video/mp4', 'mp4', quadrants('320x180'), ['-vf', out], H264, tags)
    const output = await make(processor, source, VIDEO)
    const frame = await decodeFrame(output.path, 0.5)
    expect(cornersOf(frame)).toEqual(['red', 'lime', 'blue', 'white'])
    // A wrong matrix or range shifts these by 20 or more.
    const [red, green, blue] = frame.at(0.75, 0.25)
    expect({ red: red < 16, green: green > 240, blue: blue < 16 }).toEqual({ red: true, green: true, blue: true })
  })

  it('keeps no titles, locations or chapters', async () => {
    const named = ['-metadata', 'title=Secret', '-metadata', 'location=+51.5+000.1/', '-metadata', 'comment=Secret']
    const tracks = ['-metadata:s:v', 'title=Secret', '-metadata:s:a', 'language=ger', '-movflags', 'use_metadata_tags']
    const source = await clip('video/mp4', 'mp4', DRAWN.test(), DRAWN.sine(), H264, AAC, named, tracks)
    const output = await make(processor, source, VIDEO)
    expect((await readFile(output.path)).toString('latin1')).not.toMatch(/Secret|51\.5|Lavf/)
    expect((await inspect(output.path)).chapters).toEqual([])
  })

  it('stays below its peak rate with pictures that cannot be compressed', async () => {
    const noise = lavfi('nullsrc=s=320x180:r=25:d=2,geq=random(1)*255:128:128,scale=640x360:flags=neighbor')
    const source = await clip('video/x-matroska', 'mkv', noise, ['-c:v', 'ffv1'])
    const output = await make(processor, source, video.mp4({ height: 480 }))
    expect(output.byteSize * 8).toBeLessThan(1_200_000 * 3)
    expect(output.byteSize * 8).toBeGreaterThan(1_200_000)
  })

  it('reports progress that only grows, and 100 only at the end', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('1280x720', 3), H264)
    const seen: number[] = []
    let wasDone = false
    await outcomesOf(
      processor,
      source,
      { video: VIDEO },
      {
        onProgress: (name, percent) => {
          expect({ name, wasDone }).toEqual({ name: 'video', wasDone: false })
          wasDone = percent === 100
          seen.push(percent)
        },
      },
    )
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(100)
    expect(seen.length).toBeGreaterThan(1)
  })
})

/** The share of pixels that differ strongly from the pixel above. */
function combing({ width, height, at }: Decoded): number {
  let different = 0
  for (let y = 1; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [above] = at(x / (width - 1), (y - 1) / (height - 1))
      const [below] = at(x / (width - 1), y / (height - 1))
      if (Math.abs(above - below) > 127) different += 1
    }
  }
  return different / (width * height)
}

function quadrants(size: string): readonly string[] {
  const [width = 0, height = 0] = size.split('x').map(Number)
  const box = (x: number, y: number, colour: string): string =>
    `drawbox=x=${x}:y=${y}:w=${width / 2}:h=${height / 2}:color=${colour}:t=fill`
  const boxes = [box(width / 2, 0, 'lime'), box(0, height / 2, 'blue'), box(width / 2, height / 2, 'white')]
  return lavfi(`color=c=red:size=${size}:rate=25:duration=1,${boxes.join(',')},format=rgb24`)
}

function cornersOf(picture: { at(x: number, y: number): readonly [number, number, number] }): readonly string[] {
  return [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ].map(([x = 0, y = 0]) => nameOf(picture.at(x, y)))
}
