import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg'

/** What a clip is made of. */
export interface ClipOptions {
  readonly size: string
  readonly seconds: number
}

/** Makes a video with sound, and gives its bytes. */
export async function makeClip(directory: string, { size, seconds }: ClipOptions): Promise<Buffer> {
  const path = join(directory, `clip-${size}-${seconds}.mp4`)
  const drawn = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=${seconds}`]
  const sound = ['-f', 'lavfi', '-i', `sine=duration=${seconds}`]
  const encoders = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac']
  await promisify(execFile)(ffmpegInstaller.path, ['-nostdin', '-y', ...drawn, ...sound, ...encoders, path])
  return readFile(path)
}
