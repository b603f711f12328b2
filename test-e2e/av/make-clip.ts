import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg'

/** The properties of a clip. */
export interface ClipOptions {
  readonly size: string
  readonly seconds: number
  /** @default false */
  readonly isSilent?: boolean
}

/** Makes a video, and gives its bytes. */
export async function makeClip(directory: string, { size, seconds, isSilent = false }: ClipOptions): Promise<Buffer> {
  const path = join(directory, `clip-${size}-${seconds}${isSilent ? '-silent' : ''}.mp4`)
  const drawn = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=${seconds}`]
  const sound = isSilent ? [] : ['-f', 'lavfi', '-i', `sine=duration=${seconds}`]
  const encoders = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac']
  await promisify(execFile)(ffmpegInstaller.path, ['-nostdin', '-y', ...drawn, ...sound, ...encoders, path])
  return readFile(path)
}

/** Makes a recording without a cover, and gives its bytes. */
export async function makeRecording(directory: string, seconds: number): Promise<Buffer> {
  const path = join(directory, `recording-${seconds}.mp3`)
  await promisify(execFile)(ffmpegInstaller.path, [
    '-nostdin',
    '-y',
    '-f',
    'lavfi',
    '-i',
    `sine=duration=${seconds}`,
    path,
  ])
  return readFile(path)
}
