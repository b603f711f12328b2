import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { ffmpeg } from './clips.ts'

export type Colour = readonly [red: number, green: number, blue: number]

/** A decoded picture. */
export interface Decoded {
  readonly width: number
  readonly height: number
  /** The colour at a point, both coordinates from 0 to 1. */
  readonly at: (x: number, y: number) => Colour
}

/** Decodes a picture with sharp. */
export async function decode(path: string): Promise<Decoded> {
  const { data, info } = await sharp(path)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return {
    width: info.width,
    height: info.height,
    at: (x, y) => {
      const offset = (Math.round(y * (info.height - 1)) * info.width + Math.round(x * (info.width - 1))) * info.channels
      return [data[offset] ?? 0, data[offset + 1] ?? 0, data[offset + 2] ?? 0]
    },
  }
}

/** Decodes the frame of a video at the given time, by default with the old build, which knows no AV1. */
export async function decodeFrame(path: string, seconds: number, ffmpegPath?: string): Promise<Decoded> {
  const picture = `${path}.${seconds}.png`
  const args = ['-y', '-ss', String(seconds), '-i', path, '-frames:v', '1', picture]
  await (ffmpegPath === undefined ? ffmpeg(...args) : promisify(execFile)(ffmpegPath, args))
  return decode(picture)
}

/** Names a colour; the named colours are far enough apart to survive a lossy encoder. */
export function nameOf([red, green, blue]: Colour): string {
  const bright = [red, green, blue].map((value) => (value > 127 ? 1 : 0)).join('')
  return NAMES[bright] ?? bright
}

const NAMES: Readonly<Record<string, string>> = {
  '000': 'black',
  '001': 'blue',
  '010': 'lime',
  '011': 'cyan',
  '100': 'red',
  '101': 'magenta',
  '110': 'yellow',
  '111': 'white',
}
