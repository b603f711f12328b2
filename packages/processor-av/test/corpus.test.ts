import { copyFile, readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { isRindleError, type SourceFile } from '@rindle/core'
import { describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { audio } from '../src/recipes/index.ts'
import { removeAfterTests, temporaryDirectory } from './clips.ts'
import { decode } from './decoded.ts'
import { ffmpegLanes } from './lanes.ts'
import { isConnection, traced } from './traced.ts'
import { inspect, LIMITS, M4A, outcomesOf, POSTER, STRIP, VIDEO, WAVEFORM } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

const corpus = process.env['RINDLE_CORPUS'] ?? ''
if (corpus === '') {
  console.warn('Skipped: the corpus lane needs RINDLE_CORPUS, the path of a folder of real files.')
}

const TYPES: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.webm': 'video/webm',
  '.mkv': 'video/x-matroska',
  '.3gp': 'video/3gpp',
  '.avi': 'video/x-msvideo',
  '.flv': 'video/x-flv',
  '.mp3': 'audio/mpeg',
  '.m4a': 'audio/mp4',
  '.ogg': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.flac': 'audio/flac',
  '.wav': 'audio/wav',
}

const VIDEO_RECIPES = { video: VIDEO, poster: POSTER, strip: STRIP }
const SOUND_RECIPES = {
  sound: audio.aac({ normalize: true, twoPass: true }),
  waveform: WAVEFORM,
}

/** For a video, the sizes of the 720p video and the poster; for sound, the size of the cover or `null`. */
const VIDEOS: Readonly<Record<string, readonly [video: string, poster: string, hasSound: boolean]>> = {
  '3gp-h263.3gp': ['504x288', '504x288', true],
  'avi.avi': ['1280x720', '1280x720', false],
  'mkv.mkv': ['640x356', '640x356', true],
  'mov-h264.mov': ['640x480', '640x480', true],
  'mov-ios9.mov': ['404x720', '720x1280', true],
  'mov-rotated-hdr.mov': ['404x720', '720x1280', false],
  'mov-rotated-iphone.mov': ['480x640', '480x640', true],
  'mp4-failing-audio.mp4': ['640x360', '640x360', true],
  'mp4-h264-aac.mp4': ['640x480', '640x480', true],
  'mp4-no-audio.mp4': ['640x480', '640x480', false],
  'mp4-nonsquare-sar.mp4': ['1280x720', '1280x720', true],
  'mp4-rotated-displaymatrix.mp4': ['480x640', '480x640', true],
  'webm-no-duration.webm': ['1280x720', '1280x720', true],
  'webm-vp9-alpha.webm': ['200x200', '200x200', true],
  'webm-vp9-opus.webm': ['640x480', '640x480', true],
}
const SOUNDS: Readonly<Record<string, string | null>> = {
  'flac-cover.flac': '500x500',
  'm4a-aac.m4a': null,
  'm4a-alac-covers.m4a': '500x500',
  'mp3-cover.mp3': '1280x1093',
  'mp3-incomplete.mp3': '171x144',
  'mp3.mp3': null,
  'mp4-audio-only.mp4': null,
  'ogg-vorbis.ogg': '500x500',
  'opus.opus': null,
  'wav.wav': null,
  'webm-opus-audio.webm': null,
}
const DAMAGED = ['flv-empty.flv', 'mp4-broken.mp4']

describe.skipIf(corpus === '').each(LANES)('the corpus with the $lane FFmpeg', { timeout: 600_000 }, (lane) => {
  const processor = avProcessor(lane.programs)

  it('has an expectation for every public file', async () => {
    const files = (await readdir(folder('public'))).filter((file) => extname(file) in TYPES)
    expect(files.toSorted()).toEqual([...Object.keys(VIDEOS), ...Object.keys(SOUNDS), ...DAMAGED].toSorted())
  })

  it('public: every video gets its variants', async () => {
    for (const [file, [video, poster, hasSound]] of Object.entries(VIDEOS)) {
      const made = await resultsOf(file, { ...VIDEO_RECIPES, ...SOUND_RECIPES })
      const sound = hasSound ? 'made' : 'processing_failed'
      expect({ file, ...made }).toMatchObject({ file, video, poster, sound, waveform: sound })
      expect(made['strip']).toMatch(/^\d+x\d+$/)
    }
  })

  it('public: every sound file gets its variants, and a poster if it has a cover', async () => {
    for (const [file, cover] of Object.entries(SOUNDS)) {
      const made = await resultsOf(file, { poster: POSTER, video: VIDEO, ...SOUND_RECIPES })
      const expected = {
        poster: cover ?? 'processing_failed',
        video: 'processing_failed',
        sound: 'made',
        waveform: 'made',
      }
      expect({ file, ...made }).toEqual({ file, ...expected })
    }
  })

  it.each(DAMAGED)('public: %s is refused as damaged', async (file) => {
    await expect(processor.probe(sourceOf(folder('public'), file), { limits: LIMITS })).rejects.toMatchObject({
      code: 'corrupt_media',
    })
    expect(await resultsOf(file, { video: VIDEO })).toEqual({ video: 'corrupt_media' })
  })

  it('hostile: every file has a clear outcome, and FFmpeg reads no other file', async () => {
    const { programs, readLog } = await traced(lane)
    const directory = await temporaryDirectory()
    let count = 0
    for (const name of ['ffmpeg', 'polyglots', 'crashers']) {
      for (const file of await readdir(folder(`hostile/${name}`))) {
        if (!['.mp4', '.avi', '.mp3', '.mov'].includes(extname(file))) continue
        const path = join(directory, `original-${(count += 1)}${extname(file)}`)
        await copyFile(join(folder(`hostile/${name}`), file), path)
        // The files named MP4 are also AVI files.
        for (const contentType of new Set([TYPES[extname(file)] ?? '', 'video/x-msvideo'])) {
          const source = { path, contentType, byteSize: 1 }
          const outcomes = await outcomesOf(avProcessor(programs), source, { video: VIDEO, poster: POSTER, sound: M4A })
          const ends = [...outcomes.values()].map((each) => ('error' in each ? codeOf(each.error) : 'made'))
          const clear = name === 'polyglots' ? ['made', 'processing_failed', 'corrupt_media'] : ['corrupt_media']
          const unclear = ends.filter((end) => !clear.includes(end))
          expect({ file, contentType, unclear }).toEqual({ file, contentType, unclear: [] })
        }
      }
    }
    expect(count).toBeGreaterThan(8)
    const log = await readLog()
    expect(log.filter((line) => /passwd|shadow/.test(line) && !line.includes(directory))).toEqual([])
    expect(log.filter(isConnection)).toEqual([])
  })

  async function resultsOf(file: string, recipes: Parameters<typeof outcomesOf>[2]): Promise<Record<string, string>> {
    const results: Record<string, string> = {}
    for (const [name, outcome] of await outcomesOf(processor, sourceOf(folder('public'), file), recipes)) {
      if ('error' in outcome) {
        results[name] = codeOf(outcome.error)
        continue
      }
      const { path, width, height } = outcome.output
      results[name] = width === undefined ? 'made' : `${width}x${height}`
      if (name === 'video')
        expect((await inspect(path)).streams[0]).toMatchObject({ codec_name: 'h264', width, height })
      if (name === 'poster' || name === 'strip') expect(await decode(path)).toMatchObject({ width, height })
    }
    return results
  }
})

function folder(name: string): string {
  return join(corpus, name)
}

function sourceOf(directory: string, file: string): SourceFile {
  return { path: join(directory, file), contentType: TYPES[extname(file)] ?? '', byteSize: 1 }
}

function codeOf(error: Error): string {
  return isRindleError(error) ? error.code : String(error)
}
