import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Recipe, SourceFile } from '@rindle/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { audio, video } from '../src/recipes/index.ts'
import { AAC, clip, DRAWN, H264, removeAfterTests, temporaryDirectory } from './clips.ts'
import { fakeFfmpeg } from './fake-programs.ts'
import { INSTALLER } from './installer-lane.ts'
import { ffmpegLanes } from './lanes.ts'
import { inspect, M4A, MP3, outcomesOf, POSTER, VIDEO } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

const SMALL: Recipe = video.mp4({ height: 480 })
const TWO_PASS: Recipe = audio.aac({ normalize: true, twoPass: true })
const { ffprobePath } = INSTALLER.programs

let source: SourceFile
beforeAll(async () => {
  source = await clip('video/mp4', 'mp4', DRAWN.test('1280x720', 1), DRAWN.sine(1), H264, AAC)
})

describe.each(LANES)('several outputs of one source with the $lane FFmpeg', ({ programs }) => {
  it('are the same as each of them alone', async () => {
    const percents = new Map<string, number[]>()
    const outcomes = await outcomesOf(
      avProcessor(programs),
      source,
      { video: VIDEO, small: SMALL, m4a: M4A, mp3: MP3 },
      {
        onProgress: (name, percent) => void percents.set(name, [...(percents.get(name) ?? []), percent]),
      },
    )
    const found: Record<string, unknown> = {}
    for (const [name, outcome] of outcomes) {
      if ('error' in outcome) throw outcome.error
      const { streams } = await inspect(outcome.output.path)
      found[name] = streams.map(({ codec_name: codec, width, channels }) => `${codec} ${width ?? channels}`)
      expect(percents.get(name)?.at(-1)).toBe(100)
    }
    expect(found).toEqual({
      video: ['h264 1280', 'aac 1'],
      small: ['h264 852', 'aac 1'],
      m4a: ['aac 1'],
      mp3: ['mp3 1'],
    })
  })
})

describe('several outputs of one source', () => {
  it('that need one pass share a run, and the others have their own', async () => {
    const log = join(await temporaryDirectory(), 'log')
    const ffmpegPath = await fakeFfmpeg(`printf '%s\\n' "$*" >> '${log}'; exec "$real" "$@"`)
    const recipes = { poster: POSTER, video: VIDEO, small: SMALL, exact: TWO_PASS, mp3: MP3 }
    const outcomes = await outcomesOf(avProcessor({ ffmpegPath, ffprobePath }), source, recipes)
    expect([...outcomes.values()].filter((outcome) => 'error' in outcome)).toEqual([])
    expect([...outcomes.keys()]).toEqual(Object.keys(recipes))
    const runs = (await readFile(log, 'utf8')).trim().split('\n')
    const writing = (name: string) => runs.filter((run) => run.includes(`/${name}`)).length
    expect([writing('video.mp4'), writing('small.mp4'), writing('mp3.mp3'), writing('exact.m4a')]).toEqual([1, 1, 1, 1])
    expect(runs.filter((run) => run.includes('/video.mp4') && run.includes('/small.mp4'))).toHaveLength(1)
  })

  it('share a run without those whose encoder the build lacks, which wait', async () => {
    const log = join(await temporaryDirectory(), 'log')
    const about = `"$real" "$@" | grep -v libx265; exit`
    const ffmpegPath = await fakeFfmpeg(`printf '%s\\n' "$*" >> '${log}'; exec "$real" "$@"`, about)
    const recipes = { small: SMALL, hevc: video.mp4({ height: 144, codec: 'hevc' }), mp3: MP3 }
    const outcomes = await outcomesOf(avProcessor({ ffmpegPath, ffprobePath }), source, recipes)
    expect(outcomes.get('hevc')).toMatchObject({
      error: { code: 'processor_capability_missing', details: { missing: ['libx265'] } },
    })
    const runs = (await readFile(log, 'utf8')).trim().split('\n')
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatch(/\/small\.mp4.*\/mp3\.mp3/)
  })

  it('do not fail when another one fails', async () => {
    const ffmpegPath = await fakeFfmpeg('case "$*" in *libmp3lame*) exit 1 ;; esac; exec "$real" "$@"')
    const recipes = { video: VIDEO, mp3: MP3, m4a: M4A }
    const outcomes = await outcomesOf(avProcessor({ ffmpegPath, ffprobePath }), source, recipes)
    expect(outcomes.get('mp3')).toMatchObject({ error: { code: 'program_failed', details: { variant: 'mp3' } } })
    expect(outcomes.get('video')).toMatchObject({ output: { width: 1280 } })
    expect(outcomes.get('m4a')).toMatchObject({ output: { contentType: 'audio/mp4' } })
  })
})
