import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceFile } from '@rindle/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { video } from '../src/recipes/index.ts'
import { clip, DRAWN, H264, removeAfterTests, temporaryDirectory } from './clips.ts'
import { type Decoded, decodeFrame } from './decoded.ts'
import { fakeFfmpeg } from './fake-programs.ts'
import { INSTALLER } from './installer-lane.ts'
import { ffmpegLanes } from './lanes.ts'
import { failure, make, outcomesOf } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

const TEXT = '1\n00:00:01,000 --> 00:00:02,000\nHello there\n'
const BURNT = video.mp4({ subtitles: 'burn' })

const FILMS: Record<string, SourceFile> = {}
beforeAll(async () => {
  const text = join(await temporaryDirectory(), 'text.srt')
  await writeFile(text, TEXT)
  const black = [...DRAWN.plain('black', '320x180', 3), '-i', text, ...H264]
  FILMS['MP4'] = await clip('video/mp4', 'mp4', black, ['-c:s', 'mov_text'])
  FILMS['Matroska'] = await clip('video/x-matroska', 'mkv', black, ['-c:s', 'ass'])
})

/** Whether there is writing in the lower half of a black picture. */
function hasWriting(frame: Decoded): boolean {
  const places = Array.from({ length: 320 * 54 }, (_, n) => frame.at((n % 320) / 319, 0.7 + Math.floor(n / 320) / 180))
  return places.some(([red]) => red > 150)
}

describe.each(LANES)('subtitles burnt with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor({ ...programs, threads: 2 })
  const writingAt = async (path: string, times: readonly number[]) => {
    const found: boolean[] = []
    for (const seconds of times) found.push(hasWriting(await decodeFrame(path, seconds)))
    return found
  }

  it.each(['MP4', 'Matroska'])('of %s are in the pictures at their times', async (form) => {
    const { path, metadata } = await make(processor, FILMS[form] as SourceFile, BURNT)
    expect(metadata).toMatchObject({ hasBurntSubtitles: true })
    expect(await writingAt(path, [0.5, 1.2, 1.8, 2.5])).toEqual([false, true, true, false])
  })

  it('keep their times in a clip', async () => {
    const recipe = video.mp4({ subtitles: 'burn', clip: { startMs: 800, durationMs: 2_000 } })
    const { path } = await make(processor, FILMS['Matroska'] as SourceFile, recipe)
    expect(await writingAt(path, [0.1, 0.5, 1, 1.6])).toEqual([false, true, true, false])
  })

  it('are missing where the source has none, which the output says, and are dropped by default', async () => {
    const plain = await clip('video/mp4', 'mp4', DRAWN.plain('black', '320x180', 1), H264)
    expect((await make(processor, plain, BURNT)).metadata).toEqual({ hasBurntSubtitles: false })
    const dropped = await make(processor, FILMS['MP4'] as SourceFile, video.mp4())
    expect(dropped.metadata).toBeUndefined()
    expect(await writingAt(dropped.path, [1.5])).toEqual([false])
  })

  it('do not keep others from sharing the run', async () => {
    const recipes = { burnt: BURNT, plain: video.mp4() }
    for (const [name, outcome] of await outcomesOf(processor, FILMS['MP4'] as SourceFile, recipes)) {
      if ('error' in outcome) throw outcome.error
      expect(await writingAt(outcome.output.path, [1.5])).toEqual([name === 'burnt'])
      const alone = await make(processor, FILMS['MP4'] as SourceFile, recipes[name as 'burnt'])
      expect((await readFile(alone.path)).equals(await readFile(outcome.output.path))).toBe(true)
    }
  })
})

describe('subtitles', () => {
  it('wait for a worker with fonts', async () => {
    const ffmpegPath = await fakeFfmpeg(`"$real" "$@" 2>&1 >/dev/null | grep -v fontselect >&2; exit 0`)
    const error = await failure(avProcessor({ ...INSTALLER.programs, ffmpegPath }), FILMS['MP4'] as SourceFile, BURNT)
    expect(error).toMatchObject({ code: 'processor_capability_missing', details: { missing: ['fonts'] } })
  })
})
