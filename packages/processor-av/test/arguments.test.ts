import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { clip, DRAWN, H264, removeAfterTests, temporaryDirectory } from './clips.ts'
import { fakeFfmpeg } from './fake-programs.ts'
import { INSTALLER } from './installer-lane.ts'
import { M4A, make, outcomesOf, POSTER, STRIP, VIDEO, WAVEFORM } from './workbench.ts'

removeAfterTests()

describe('every run of ffmpeg', () => {
  it('puts its guards before the source, and its output last', async () => {
    const log = join(await temporaryDirectory(), 'log')
    const ffmpegPath = await fakeFfmpeg(`printf '%s\\n' "$*" >> '${log}'; exec "$real" "$@"`)
    const processor = avProcessor({ ffmpegPath, ffprobePath: INSTALLER.programs.ffprobePath, threads: 3 })
    const source = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 1), DRAWN.sine(1), H264)
    const recipes = { video: VIDEO, poster: POSTER, strip: STRIP, sound: M4A, waveform: WAVEFORM }
    await outcomesOf(processor, source, recipes, { limits: { maxPixels: 123_456 } })
    const runs = (await readFile(log, 'utf8')).trim().split('\n')
    expect(runs.length).toBeGreaterThanOrEqual(5)
    for (const run of runs) {
      const [before = '', after = ''] = run.split(`-i file:${source.path}`)
      expect(before).toContain('-nostdin')
      expect(before).toContain('-protocol_whitelist file -format_whitelist mov -f mov')
      expect(before).toContain('-filter_threads 3')
      expect(before).toContain('-threads 3 -max_pixels 123456')
      expect(after).toContain('-threads 3')
      expect(after).toContain('-map_metadata -1 -map_chapters -1')
      expect(after).toContain('-sn -dn')
    }
  })

  it('lets FFmpeg choose only among the demuxers of the content type', async () => {
    const log = join(await temporaryDirectory(), 'log')
    const ffmpegPath = await fakeFfmpeg(`printf '%s\\n' "$*" >> '${log}'; exec "$real" "$@"`)
    const processor = avProcessor({ ffmpegPath, ffprobePath: INSTALLER.programs.ffprobePath })
    const source = await clip('video/mpeg', 'mpg', DRAWN.test('320x240', 1), ['-c:v', 'mpeg1video'])
    await make(processor, source, VIDEO)
    expect(await readFile(log, 'utf8')).toContain('-format_whitelist mpeg,mpegvideo -threads')
  })
})
