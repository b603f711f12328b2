import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Recipe, SourceFile } from '@rindle/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { audio, video } from '../src/recipes/index.ts'
import { AAC, clip, DRAWN, ffmpeg, H264, lavfi, removeAfterTests, temporaryDirectory } from './clips.ts'
import { decodeFrame, nameOf } from './decoded.ts'
import { fakeFfmpeg } from './fake-programs.ts'
import { INSTALLER } from './installer-lane.ts'
import { ffmpegLanes } from './lanes.ts'
import { differentAlone, failure, inspect, make, outcomesOf } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

const COLOURS = ['red', 'lime', 'blue', 'white', 'yellow'] as const
// Silence, and a tone from the third second on.
const TONE_FROM_2 = lavfi('aevalsrc=0.5*sin(880*2*PI*t)*gt(t\\,2):s=48000:d=5')
const SMALL = { height: 144 } as const
const PART = { startMs: 1_500, durationMs: 2_000 } as const

let film: SourceFile
const FILMS: Record<string, SourceFile> = {}
beforeAll(async () => {
  const streams = [DRAWN.colours(COLOURS), TONE_FROM_2, H264, AAC]
  film = await clip('video/mp4', 'mp4', ...streams)
  FILMS['MP4'] = film
  FILMS['Matroska'] = await clip('video/x-matroska', 'mkv', ['-i', film.path, '-c', 'copy'])
  FILMS['MPEG-TS'] = await clip('video/mp2t', 'ts', ['-i', film.path, '-c', 'copy'])
  FILMS['FLV'] = await clip('video/x-flv', 'flv', ['-i', film.path, '-c:v', 'copy', '-c:a', 'aac', '-ar', '44100'])
  FILMS['MXF'] = await clip('application/mxf', 'mxf', ['-i', film.path, '-c:v', 'mpeg2video', '-c:a', 'pcm_s16le'])
  FILMS['WMV'] = await clip('video/x-ms-asf', 'wmv', ['-i', film.path, '-c:v', 'wmv2', '-c:a', 'wmav2'])
  FILMS['MPEG-PS'] = await clip('video/mpeg', 'mpg', ['-i', film.path, '-c:v', 'mpeg2video', '-c:a', 'mp2'])
  FILMS['Ogg'] = await clip('video/ogg', 'ogv', ['-i', film.path, '-c:v', 'libtheora', '-c:a', 'libvorbis'])
  FILMS['AVI'] = await clip('video/x-msvideo', 'avi', ['-i', film.path, '-c:v', 'mjpeg', '-c:a', 'pcm_s16le'])
})

/** The highest sample of each tenth of a second, as one build decodes it. */
async function loudnessOverTime(path: string): Promise<readonly number[]> {
  const raw = `${path}.raw`
  await ffmpeg('-i', path, '-vn', '-ac', '1', '-ar', '8000', '-f', 's16le', raw)
  const bytes = await readFile(raw)
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 2))
  return Array.from({ length: Math.ceil(samples.length / 800) }, (_, tenth) =>
    Math.max(...samples.subarray(tenth * 800, (tenth + 1) * 800)),
  )
}

describe.each(LANES)('a clip made with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor({ ...programs, threads: 2 })

  it.each(['MP4', 'Matroska', 'MPEG-TS', 'AVI', 'FLV', 'MXF', 'WMV', 'MPEG-PS', 'Ogg'])(
    'of %s begins and ends at its times, in picture and sound',
    async (form) => {
      const source = FILMS[form] as SourceFile
      const { path, durationMs } = await make(processor, source, video.mp4({ ...SMALL, clip: PART }))
      expect(Math.abs((durationMs ?? 0) - 2_000)).toBeLessThan(60)
      const at = async (seconds: number) => nameOf((await decodeFrame(path, seconds)).at(0.5, 0.5))
      expect([await at(0), await at(0.4), await at(0.6), await at(1.4), await at(1.6)]).toEqual([
        'lime',
        'lime',
        'blue',
        'blue',
        'white',
      ])
      const loud = await loudnessOverTime(path)
      expect(Math.max(...loud.slice(0, 4))).toBeLessThan(2_000)
      expect(Math.min(...loud.slice(6, 18))).toBeGreaterThan(8_000)
    },
  )

  it.each([
    ['M4A', 'audio/mp4', 'm4a', AAC],
    ['MP3', 'audio/mpeg', 'mp3', ['-c:a', 'libmp3lame']],
    ['FLAC', 'audio/flac', 'flac', []],
    ['Ogg', 'audio/ogg', 'ogg', ['-c:a', 'libopus']],
  ] as const)('of sound in %s begins and ends at its times', async (_, type, extension, codec) => {
    const source = await clip(type, extension, TONE_FROM_2, codec)
    const recipes = {
      plain: audio.flac({ clip: PART }),
      even: audio.aac({ clip: PART, normalize: true, twoPass: true }),
    }
    for (const outcome of (await outcomesOf(processor, source, recipes)).values()) {
      if ('error' in outcome) throw outcome.error
      expect(Math.abs((outcome.output.durationMs ?? 0) - 2_000)).toBeLessThan(100)
      const loud = await loudnessOverTime(outcome.output.path)
      expect(Math.max(...loud.slice(0, 4))).toBeLessThan(1_000)
      expect(Math.min(...loud.slice(6, 18))).toBeGreaterThan(4_000)
    }
  })

  it('that outlasts its source is shortened, and one after its end is refused for good', async () => {
    const late = await make(processor, film, video.mp4({ ...SMALL, clip: { startMs: 4_000, durationMs: 60_000 } }))
    expect(Math.abs((late.durationMs ?? 0) - 1_000)).toBeLessThan(60)
    for (const recipe of [
      video.mp4({ clip: { startMs: 5_500, durationMs: 1_000 } }),
      audio.mp3({ clip: { startMs: 60_000, durationMs: 1_000 } }),
    ]) {
      expect(await failure(processor, film, recipe)).toMatchObject({ code: 'processing_failed', retryable: false })
    }
  })

  it('begins with the picture that is on screen, if that stays for long', async () => {
    // A slide for four seconds, then another one for one.
    const slides = ['-vf', 'select=eq(n\\,0)+eq(n\\,100)+eq(n\\,124)', '-vsync', '2']
    const source = await clip('video/mp4', 'mp4', DRAWN.colours(COLOURS), slides, H264)
    const { path } = await make(processor, source, video.mp4({ ...SMALL, clip: { startMs: 3_000, durationMs: 1_500 } }))
    const at = async (seconds: number) => nameOf((await decodeFrame(path, seconds)).at(0.5, 0.5))
    expect([await at(0), await at(0.8), await at(1.2)]).toEqual(['red', 'red', 'yellow'])
  })
})

describe('clips of one source', () => {
  it('share a run if they begin at the same time, beside a run of the whole, with the bytes of each alone', async () => {
    const log = join(await temporaryDirectory(), 'log')
    const ffmpegPath = await fakeFfmpeg(`printf '%s\\n' "$*" >> '${log}'; exec "$real" "$@"`)
    const processor = avProcessor({ ...INSTALLER.programs, ffmpegPath, threads: 2 })
    const recipes: Record<string, Recipe> = {
      whole: video.mp4(SMALL),
      sound: audio.mp3(),
      teaser: video.mp4({ ...SMALL, clip: PART }),
      sample: audio.aac({ clip: { ...PART, durationMs: 1_000 } }),
    }
    await outcomesOf(processor, film, recipes)
    const runs = (await readFile(log, 'utf8')).trim().split('\n')
    expect(runs.map((run) => Object.keys(recipes).filter((name) => run.includes(`/${name}.`)))).toEqual([
      ['whole', 'sound'],
      ['teaser', 'sample'],
    ])
    expect(await differentAlone(processor, film, recipes)).toEqual([])
  })

  it('of a damaged file are right where it is whole, and refused where it is cut off', async () => {
    const processor = avProcessor(INSTALLER.programs)
    const whole = await clip('video/mp4', 'mp4', ['-i', film.path, '-c', 'copy', '-movflags', '+faststart'])
    const bytes = await readFile(whole.path)
    const path = `${whole.path}.cut.mp4`
    await writeFile(path, bytes.subarray(0, Math.floor(bytes.length * 0.6)))
    const cut = { ...whole, path, byteSize: Math.floor(bytes.length * 0.6) }
    const begin = await make(processor, cut, video.mp4({ ...SMALL, clip: { durationMs: 1_000 } }))
    expect((await inspect(begin.path)).streams).toHaveLength(2)
    const error = await failure(processor, cut, video.mp4({ ...SMALL, clip: { startMs: 3_000, durationMs: 2_000 } }))
    expect(error.code).toBe('corrupt_media')
  })
})
