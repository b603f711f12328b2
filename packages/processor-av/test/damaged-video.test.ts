import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { SourceFile } from '@rindle/core'
import { describe, expect, it } from 'vitest'
import { DamageReader } from '../src/damage-reader.ts'
import { avProcessor } from '../src/index.ts'
import { poster } from '../src/recipes/index.ts'
import { AAC, clip, DRAWN, ffmpeg, H264, lavfi, removeAfterTests, temporaryDirectory } from './clips.ts'
import { type Decoded, decode, nameOf } from './decoded.ts'
import { fakeFfmpeg } from './fake-programs.ts'
import { INSTALLER } from './installer-lane.ts'
import { ffmpegLanes } from './lanes.ts'
import { failure, LIMITS, M4A, make, outcomesOf, POSTER, STRIP, VIDEO } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

describe('a reader of damage', () => {
  const said = (...lines: readonly string[]): DamageReader => {
    const reader = new DamageReader({ guards: { format_whitelist: 'mov,matroska' }, path: '/tmp/film' })
    // Messages come in pieces.
    for (const piece of `${lines.join('\n')}\n`.match(/[^]{1,7}/g) ?? []) reader.read(piece)
    return reader
  }
  const OPENED = "[info] Input #0, matroska,webm, from 'file:/tmp/film':"

  it('counts a picture once, even with several complaints', () => {
    const { pictures, first } = said(
      OPENED,
      '[h264 @ 0x5581] [error] error while decoding MB 28 9',
      '[h264 @ 0x5581] [info] concealing 581 DC, 581 AC, 581 MV errors in I frame',
      '[warning] file:/tmp/film: corrupt decoded frame in stream 0',
      '[h264 @ 0x5582] [error] error while decoding MB 3 2',
    )
    expect({ pictures, first }).toEqual({ pictures: 2, first: 'error while decoding MB 28 9' })
  })

  it('ignores messages before the file is open, about the container or the machine, and harmless ones', () => {
    const { pictures, first } = said(
      '[h264 @ 0x5581] [error] non-existing PPS 0 referenced',
      OPENED,
      '[matroska,webm @ 0x5581] [error] Read error',
      '[error] file:/tmp/film: Invalid data found when processing input',
      '[error] av_interleaved_write_frame(): No space left on device',
      '[h264 @ 0x5581] [error] Cannot allocate memory',
      '[swscaler @ 0x5581] [warning] deprecated pixel format used',
    )
    expect({ pictures, first }).toEqual({ pictures: 0, first: null })
  })

  it('names no file', () => {
    expect(said(OPENED, '[warning] file:/tmp/film: corrupt decoded frame in stream 0').first).toBe(
      'file:source: corrupt decoded frame in stream 0',
    )
  })
})

const NOISE = ['red', 'cyan', 'yellow'].map(
  (colour, n) => `color=c=${colour}:size=160x90:rate=25:duration=1,noise=alls=30:allf=t[v${n}]`,
)
/** A second of each colour, with a key frame at its beginning. */
const SCENES = lavfi(`color=c=black:size=160x90:rate=25:duration=1[b];${NOISE.join(';')};[b][v0][v1][v2]concat=n=4`)
const FILMS = [
  ['H.264', 'video/mp4', 'mp4', H264],
  ['HEVC', 'video/mp4', 'mp4', ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'keyint=25']],
  ['MPEG-2', 'video/x-matroska', 'mkv', ['-c:v', 'mpeg2video', '-q:v', '2', '-sc_threshold', '1000000000']],
  ['MPEG-4', 'video/x-msvideo', 'avi', ['-c:v', 'mpeg4', '-q:v', '2', '-sc_threshold', '1000000000']],
] as const

describe.each(LANES)('a damaged film with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor(programs)

  it.each(FILMS)(
    '%s: the poster shows an undamaged picture when the best one is damaged',
    async (_what, type, extension, codec) => {
      const source = await clip(type, extension, SCENES, codec, ['-g', '25'])
      const whole = await decode((await make(processor, source, POSTER)).path)
      expect(coloursOf(whole)).toEqual(['red'])
      await damage(source, (keys) => keys.slice(1, 2))
      for (const recipe of [POSTER, poster({ at: 1_500 })]) {
        const made = await decode((await make(processor, source, recipe)).path)
        expect(['cyan', 'yellow']).toContain(coloursOf(made).join(' and '))
      }
    },
  )

  it.each(FILMS)('%s: no poster is made when every picture is damaged', async (_what, type, extension, codec) => {
    const source = await clip(type, extension, NOISY, codec, ['-g', '25'])
    await damage(source, (_keys, all) => all)
    expect(await failure(processor, source, POSTER)).toMatchObject({
      code: 'corrupt_media',
      retryable: false,
      message: expect.not.stringContaining(source.path),
    })
  })

  it('a damaged cover does not fail the sound', async () => {
    const cover = `${await temporaryDirectory()}/cover.png`
    await ffmpeg(...DRAWN.test('300x300', 0.1), '-frames:v', '1', cover)
    const both = ['-i', cover, '-map', '0:a', '-map', '1:v', '-disposition:v:0', 'attached_pic']
    const source = await clip('audio/mpeg', 'mp3', DRAWN.sine(1), both, ['-c:v', 'copy', '-c:a', 'libmp3lame'])
    const bytes = await readFile(source.path)
    const begin = bytes.indexOf('IDAT')
    await writeFile(source.path, bytes.fill(0x55, begin + 1_000, begin + 2_000))
    const outcomes = await outcomesOf(processor, source, { poster: POSTER, sound: M4A })
    expect(outcomes.get('poster')).toMatchObject({
      error: {
        code: 'processing_failed',
        retryable: false,
        message: expect.stringContaining('cover picture is damaged'),
      },
    })
    expect(outcomes.get('sound')).toHaveProperty('output')
  })

  it('the strip tolerates some damage, but not damage in every picture', async () => {
    const source = await clip('video/mp4', 'mp4', SCENES, H264, ['-g', '25'])
    await damage(source, (keys) => keys.slice(1, 2))
    const strip = await decode((await make(processor, source, STRIP)).path)
    expect([2.5, 3.5].map((tile) => nameOf(strip.at(tile / 4, 0.5)))).toEqual(['cyan', 'yellow'])
    await damage(source, (_keys, all) => all)
    expect(await failure(processor, source, STRIP)).toMatchObject({ code: 'corrupt_media', retryable: false })
  })
})

const NOISY = lavfi('color=c=red:size=160x90:rate=25:duration=1,noise=alls=30:allf=t')
const BOTH = [...H264, ...AAC]
const CONTAINERS = [
  ['video/mp4', 'mp4', [...BOTH, '-movflags', '+faststart']],
  ['video/x-matroska', 'mkv', BOTH],
  ['video/webm', 'webm', ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus']],
  ['video/x-msvideo', 'avi', ['-c:v', 'mpeg4', '-c:a', 'libmp3lame']],
  ['video/x-flv', 'flv', [...BOTH, '-ar', '44100']],
  ['application/mxf', 'mxf', ['-c:v', 'mpeg2video', '-c:a', 'pcm_s16le']],
] as const

describe.each(LANES)('a film that is cut off, with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor(programs)

  it.each(CONTAINERS)('%s: every variant that should last to the end fails', async (type, extension, codecs) => {
    const source = await clip(type, extension, DRAWN.test('160x90', 4), DRAWN.sine(4), codecs)
    const bytes = await readFile(source.path)
    await writeFile(source.path, bytes.subarray(0, Math.floor(bytes.length * 0.6)))
    await processor.probe(source, { limits: LIMITS })
    const outcomes = await outcomesOf(processor, source, { video: VIDEO, sound: M4A })
    for (const outcome of outcomes.values()) {
      expect(outcome).toMatchObject({ error: { code: 'corrupt_media', message: expect.stringContaining('truncated') } })
    }
  })

  it.each([
    ['video/x-msvideo', 'avi', ['-c:v', 'mpeg4']],
    ['video/mp2t', 'ts', H264],
  ] as const)('%s: the video also fails when the middle is lost', async (type, extension, codecs) => {
    const source = await clip(type, extension, DRAWN.test('320x180', 8), codecs)
    const bytes = await readFile(source.path)
    await writeFile(source.path, bytes.fill(0, Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.6)))
    expect(await failure(processor, source, VIDEO)).toMatchObject({ code: 'corrupt_media', retryable: false })
  })

  it('a whole film is not blamed for a faulty output', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 2), H264)
    const short = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 1), H264)
    const path = await fakeFfmpeg(`exec cp '${short.path}' "\${output#file:}"`)
    const faulty = avProcessor({ ...programs, ffmpegPath: path })
    expect(await failure(faulty, source, VIDEO)).toMatchObject({ code: 'output_mismatch' })
  })

  it('a strip is not padded with its last picture', async () => {
    const source = await clip('video/x-matroska', 'mkv', DRAWN.test('160x90', 8), H264)
    const bytes = await readFile(source.path)
    await writeFile(source.path, bytes.subarray(0, Math.floor(bytes.length * 0.6)))
    expect(await failure(processor, source, STRIP)).toMatchObject({ code: 'corrupt_media', retryable: false })
  })
})

function coloursOf(picture: Decoded): readonly string[] {
  const places = [0.1, 0.3, 0.5, 0.7, 0.9]
  return [...new Set(places.flatMap((x) => places.map((y) => nameOf(picture.at(x, y)))))]
}

interface StoredPacket {
  readonly pos: string
  readonly size: string
  readonly flags: string
}

/** Zeroes the last two thirds of packets, as a failing disk does; their beginning still identifies them. */
async function damage(
  { path }: SourceFile,
  choose: (keys: readonly StoredPacket[], all: readonly StoredPacket[]) => readonly StoredPacket[],
): Promise<void> {
  const args = ['-v', 'error', '-show_packets', '-select_streams', 'v', '-print_format', 'json', path]
  const { stdout } = await promisify(execFile)(INSTALLER.programs.ffprobePath, args, { maxBuffer: 64 * 1024 ** 2 })
  const { packets } = JSON.parse(stdout) as { readonly packets: readonly StoredPacket[] }
  const bytes = await readFile(path)
  const keys = packets.filter(({ flags }) => flags.startsWith('K'))
  for (const { pos, size } of choose(keys, packets)) {
    const end = Number(pos) + Number(size)
    bytes.fill(0, Number(pos) + Math.ceil(Number(size) / 3), end)
  }
  await writeFile(path, bytes)
}
