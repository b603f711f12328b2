import { copyFile, truncate } from 'node:fs/promises'
import type { SourceFile } from '@rindle/core'
import { type ProcessorSubject, processorContract } from '@rindle/testing'
import { beforeAll } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { video, waveform } from '../src/recipes/index.ts'
import { AAC, clip, DRAWN, H264, removeAfterTests } from './clips.ts'
import { type FfmpegLane, INSTALLER } from './installer-lane.ts'
import { ffmpegLanes } from './lanes.ts'
import { M4A, MP3, POSTER, VIDEO, WAVEFORM } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

let film: SourceFile
let sound: SourceFile
let long: SourceFile
let damagedFilm: SourceFile
let damagedSound: SourceFile
beforeAll(async () => {
  film = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 0.5), DRAWN.sine(0.5), H264, AAC)
  sound = await clip('audio/mp4', 'm4a', DRAWN.sine(1), AAC)
  const part = await clip('video/mp4', 'mp4', DRAWN.test('1280x720', 2), H264)
  long = await clip('video/mp4', 'mp4', ['-stream_loop', '20', '-i', part.path, '-c', 'copy'])
  damagedFilm = await halfOf(film)
  damagedSound = await halfOf(sound)
})

/** Copies the first half of a file, without the index at its end. */
async function halfOf({ path, contentType, byteSize }: SourceFile): Promise<SourceFile> {
  const half = Math.floor(byteSize / 2)
  await copyFile(path, `${path}.half`)
  await truncate(`${path}.half`, half)
  return { path: `${path}.half`, contentType, byteSize: half }
}

/** One thread keeps the slow work slow on every machine. */
function slowly({ programs }: FfmpegLane): Pick<ProcessorSubject, 'processor' | 'slow'> {
  return { processor: avProcessor({ ...programs, threads: 1 }), slow: { source: long, recipe: VIDEO } }
}

for (const lane of LANES) {
  processorContract(`avProcessor, of a video with the ${lane.lane} FFmpeg,`, async () => ({
    ...slowly(lane),
    source: film,
    facts: { kind: 'video', width: 160, height: 90, durationMs: 500 },
    recipes: {
      video: VIDEO,
      poster: POSTER,
      sound: M4A,
      waveform: WAVEFORM,
      teaser: video.webm({ height: 144, clip: { startMs: 100, durationMs: 300 } }),
      hover: video.preview(),
      drawing: waveform({ format: 'png' }),
    },
    damaged: damagedFilm,
  }))
}

processorContract('avProcessor, of a sound,', async () => ({
  ...slowly(INSTALLER),
  source: sound,
  facts: { kind: 'audio', durationMs: 1000 },
  recipes: { sound: MP3, waveform: WAVEFORM },
  damaged: damagedSound,
}))
