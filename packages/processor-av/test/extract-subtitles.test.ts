import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Processor, SourceFile } from '@rindle/core'
import type { ExtractedSubtitles } from '@rindle/core/adapter'
import { beforeAll, describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { clip, DRAWN, H264, removeAfterTests, temporaryDirectory } from './clips.ts'
import { fakeFfmpeg } from './fake-programs.ts'
import { INSTALLER } from './installer-lane.ts'
import { ffmpegLanes } from './lanes.ts'
import { LIMITS } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

const FILMS: Record<string, SourceFile> = {}
beforeAll(async () => {
  const directory = await temporaryDirectory()
  const [en, de] = [join(directory, 'en.srt'), join(directory, 'de.srt')]
  await writeFile(en, '1\n00:00:00,500 --> 00:00:01,000\nHello & <i>you</i>\n')
  await writeFile(de, '1\n00:00:00,500 --> 00:00:01,000\nHallo\n')
  const picture = [...DRAWN.plain('black', '160x90', 1), '-i', en, '-i', de, ...H264]
  const all = ['-map', '0:v', '-map', '1', '-map', '2', '-metadata:s:s:0', 'language=eng']
  const german = ['-metadata:s:s:1', 'language=ger', '-metadata:s:s:1', 'title=Deutsch, alles']
  FILMS['MP4'] = await clip('video/mp4', 'mp4', picture, all, german, ['-c:s', 'mov_text'])
  const forms = ['-c:s:0', 'ass', '-c:s:1', 'subrip', '-disposition:s:0', 'forced', '-disposition:s:1', 'default']
  FILMS['Matroska'] = await clip('video/x-matroska', 'mkv', picture, all, german, forms)
  FILMS['silent'] = await clip('video/mp4', 'mp4', DRAWN.plain('black', '160x90', 1), H264)
})

async function extracted(processor: Processor, film: string): Promise<readonly ExtractedSubtitles[]> {
  const directory = await temporaryDirectory()
  const options = { limits: LIMITS, directory, signal: new AbortController().signal }
  return (await processor.extractSubtitles?.(FILMS[film] as SourceFile, options)) ?? []
}

async function textOf(found: ExtractedSubtitles | undefined): Promise<string> {
  if (found === undefined || 'error' in found) throw new Error('There is no text.')
  return readFile(found.path, 'utf8')
}

describe.each(LANES)('subtitles extracted with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor({ ...programs, threads: 1 })

  it.each(['MP4', 'Matroska'])('are all those of %s, in its order, with their languages', async (form) => {
    const found = await extracted(processor, form)
    expect(found).toMatchObject([
      { index: 1, lang: 'eng', isCaptions: false },
      { index: 2, lang: 'ger', isForced: false },
    ])
    // Core takes the marks of fonts away.
    const text = (await textOf(found[0])).replaceAll(/<\/?font[^>]*>/g, '')
    expect(text).toMatch(/00:00:00,500 --> 00:00:01,000\r?\nHello & <i>you<\/i>/)
    expect(await textOf(found[1])).toContain('Hallo')
  })

  it('keep their titles and marks', async () => {
    expect(await extracted(processor, 'Matroska')).toMatchObject([
      { title: null, isForced: true, isDefault: false },
      { title: 'Deutsch, alles', isForced: false, isDefault: true },
    ])
  })

  it('are none where the source has none', async () => {
    expect(await extracted(processor, 'silent')).toEqual([])
  })
})

describe('subtitles', () => {
  it('that are damaged do not take the others with them', async () => {
    const ffmpegPath = await fakeFfmpeg(
      `case "$*" in *0:1*) echo "[error] Invalid data found when processing input" >&2; exit 1;; esac; exec "$real" "$@"`,
    )
    const found = await extracted(avProcessor({ ...INSTALLER.programs, ffmpegPath }), 'MP4')
    expect(found[0]).toMatchObject({ index: 1, error: { code: 'corrupt_media' } })
    expect(await textOf(found[1])).toContain('Hallo')
  })

  it('wait for a machine with FFmpeg', async () => {
    const found = extracted(avProcessor({ ffmpegPath: '/nowhere/ffmpeg', ffprobePath: '/nowhere/ffprobe' }), 'MP4')
    await expect(found).rejects.toMatchObject({ code: 'program_not_found' })
  })
})
