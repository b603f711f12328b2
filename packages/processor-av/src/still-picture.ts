import { readFile } from 'node:fs/promises'
import { RindleError } from '@rindle/core'
import type { ProcessedOutput } from '@rindle/core/adapter'
import { assertDiskSpace } from './disk-space.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import type { Size } from './geometry.ts'
import type { BuildParts } from './inspect-build.ts'
import type { PictureTarget } from './picture-filters.ts'
import type { PosterFormat } from './recipes/poster-kind.ts'
import type { RunContext } from './run-context.ts'
import { verifyOutput } from './verify-output.ts'
import { STANDARD_COLOURS } from './video-encoders.ts'

/** How a single picture is written and read back. */
export interface StillFormat {
  readonly contentType: string
  readonly encoder: string
  /** The codec, as ffprobe names it. */
  readonly codec: string
  readonly muxer: string
  readonly demuxer: string
  readonly target: PictureTarget
  readonly options: FfmpegOptions
  /** Parts of a build besides the encoder. */
  readonly needs?: BuildParts
  /** Whether these are the bytes of a whole file: FFmpeg reports no error when it cannot write a whole picture. */
  readonly isWhole: (bytes: Buffer) => boolean
}

// `update` writes to the exact name, even if part of it looks like a pattern.
const ONE_FILE: FfmpegOptions = { 'frames:v': 1, update: 1 }

/** The formats of posters and strips, at about quality 85 of other encoders. */
export const STILL_FORMATS: Readonly<Record<PosterFormat, StillFormat>> = {
  jpeg: {
    contentType: 'image/jpeg',
    encoder: 'mjpeg',
    codec: 'mjpeg',
    muxer: 'image2',
    demuxer: 'jpeg_pipe',
    target: 'jpeg',
    // Huffman tables made for the picture save a tenth.
    options: { 'frames:v': 1, 'q:v': 3, huffman: 'optimal', update: 1 },
    isWhole: (bytes) => bytes.subarray(-2).toString('hex') === 'ffd9',
  },
  webp: {
    contentType: 'image/webp',
    encoder: 'libwebp',
    codec: 'webp',
    muxer: 'image2',
    demuxer: 'webp_pipe',
    target: 'webp',
    options: { ...ONE_FILE, quality: 80 },
    isWhole: (bytes) => bytes.length === 8 + bytes.readUInt32LE(4),
  },
  png: {
    contentType: 'image/png',
    encoder: 'png',
    codec: 'png',
    muxer: 'image2',
    demuxer: 'png_pipe',
    target: 'png',
    options: { ...ONE_FILE, pred: 'mixed' },
    isWhole: (bytes) => bytes.subarray(-8, -4).toString('latin1') === 'IEND',
  },
  avif: {
    contentType: 'image/avif',
    encoder: 'libaom-av1',
    codec: 'av1',
    muxer: 'avif',
    demuxer: 'mov',
    target: 'video',
    options: { 'frames:v': 1, 'still-picture': 1, crf: 28, 'b:v': 0, 'cpu-used': 6, ...STANDARD_COLOURS },
    needs: { muxers: ['avif'] },
    isWhole: endsWithBox,
  },
}

/** The maximum size of one picture. */
export const MAX_PICTURE_BYTES: number = 32 * 1024 ** 2

/** Reads a picture back; see {@link verifyOutput}. Also throws `output_mismatch` when it is cut off. */
export async function verifyPicture(
  path: string,
  variant: string,
  size: Size,
  { contentType, codec, demuxer, isWhole }: StillFormat,
  context: RunContext,
): Promise<ProcessedOutput> {
  const expected = { contentType, demuxer, videoCodec: codec, audioCodec: null, size }
  const output = await verifyOutput(path, variant, expected, context)
  if (isWhole(await readFile(path))) return output
  await assertDiskSpace(context.directory, MAX_PICTURE_BYTES)
  throw new RindleError('output_mismatch', `Variant ${variant} is not as expected: it is cut off.`, {
    details: { variant, problems: ['it is cut off'] },
  })
}

/** Whether the boxes of an ISO file fill it exactly. */
function endsWithBox(bytes: Buffer): boolean {
  let offset = 0
  while (offset + 8 <= bytes.length) {
    const size = bytes.readUInt32BE(offset)
    if (size < 8) return false
    offset += size
  }
  return offset === bytes.length
}
