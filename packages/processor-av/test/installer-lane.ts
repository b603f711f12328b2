import ffmpegInstaller from '@ffmpeg-installer/ffmpeg'
import ffprobeInstaller from '@ffprobe-installer/ffprobe'
import type { AvProcessorOptions } from '../src/index.ts'

/** A build of FFmpeg that tests run with. */
export interface FfmpegLane {
  readonly lane: 'installer' | 'system'
  /** Its programs, as options of the processor. */
  readonly programs: Required<Pick<AvProcessorOptions, 'ffmpegPath' | 'ffprobePath'>>
}

/** The build of December 2018, with the ffprobe of 2023, which every install has. It also makes the fixtures. */
export const INSTALLER: FfmpegLane = {
  lane: 'installer',
  programs: { ffmpegPath: ffmpegInstaller.path, ffprobePath: ffprobeInstaller.path },
}
