import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** The properties of a clip. */
export interface ClipOptions {
  readonly size: string
  readonly seconds: number
}

/** Draws a video of 30 pictures a second with sound: moving shapes, and grain as from a camera. */
export async function makeClip(ffmpegPath: string, path: string, { size, seconds }: ClipOptions): Promise<string> {
  const picture = `testsrc2=size=${size}:rate=30:duration=${seconds},noise=alls=12:allf=t`
  const sound = `sine=frequency=330:duration=${seconds}`
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound]
  const encoders = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '26', '-pix_fmt', 'yuv420p', '-c:a', 'aac']
  await promisify(execFile)(ffmpegPath, ['-nostdin', '-v', 'error', '-y', ...inputs, ...encoders, path])
  return path
}
