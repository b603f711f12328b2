import { truncate } from 'node:fs/promises'
import type { SourceFile } from '@rindle/core'
import { processorContract } from '@rindle/testing'
import { beforeAll } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { AAC, clip, DRAWN, H264 } from './clips.ts'
import { LANES } from './lanes.ts'
import { M4A, MP3, POSTER, STRIP, VIDEO, WAVEFORM } from './workbench.ts'

let film: SourceFile
let sound: SourceFile
let long: SourceFile
let damagedFilm: SourceFile
let damagedSound: SourceFile
beforeAll(async () => {
  film = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 0.5), DRAWN.sine(0.5), H264, AAC)
  sound = await clip('audio/mp4', 'm4a', DRAWN.sine(1), AAC)
  const part = await clip('video/mp4', 'mp4', DRAWN.test('1280x720', 2), H264)
  long = await clip('video/mp4', 'mp4', ['-stream_loop', '60', '-i', part.path, '-c', 'copy'])
  damagedFilm = await halfOf(film)
  damagedSound = await halfOf(sound)
})

/** Without the index, which is at the end. */
async function halfOf({ path, contentType, byteSize }: SourceFile): Promise<SourceFile> {
  const half = await clip(contentType, 'mp4', ['-i', path, '-c', 'copy'])
  await truncate(half.path, byteSize / 2)
  return { ...half, byteSize: byteSize / 2 }
}

for (const { lane, programs } of LANES) {
  // One thread: to abort it takes no longer, and the slow work is slow on every machine.
  const processor = () => avProcessor({ ...programs, threads: 1 })
  const slow = () => ({ source: long, recipe: VIDEO })

  processorContract(`avProcessor, of a video with the ${lane} FFmpeg,`, async () => ({
    processor: processor(),
    source: film,
    facts: { kind: 'video', width: 160, height: 90, durationMs: 500 },
    recipes: { video: VIDEO, poster: POSTER, strip: STRIP, sound: M4A, waveform: WAVEFORM },
    slow: slow(),
    damaged: damagedFilm,
  }))

  processorContract(`avProcessor, of a sound with the ${lane} FFmpeg,`, async () => ({
    processor: processor(),
    source: sound,
    facts: { kind: 'audio', durationMs: 1000 },
    recipes: { m4a: M4A, mp3: MP3, even: { kind: 'audio', preset: 'm4a_128k', normalize: true }, waveform: WAVEFORM },
    slow: slow(),
    damaged: damagedSound,
  }))
}
