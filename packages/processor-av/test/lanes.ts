import { execFileSync } from 'node:child_process'
import { test } from 'vitest'
import { type FfmpegLane, INSTALLER } from './installer-lane.ts'

/** Every build on this machine, for one test file, whose report names a missing build by a skipped test. */
export function ffmpegLanes(): readonly FfmpegLane[] {
  return [INSTALLER, ...systemLane()]
}

function systemLane(): readonly FfmpegLane[] {
  try {
    const [ffmpegPath = '', ffprobePath = ''] = ['ffmpeg', 'ffprobe'].map((name) =>
      execFileSync('which', [name], { encoding: 'utf8' }).trim(),
    )
    return [{ lane: 'system', programs: { ffmpegPath, ffprobePath } }]
  } catch {
    const reason = 'the lane of the system needs ffmpeg and ffprobe on the PATH.'
    console.warn(`Skipped: ${reason}`)
    test('with the system FFmpeg', ({ skip }) => skip(reason))
    return []
  }
}
