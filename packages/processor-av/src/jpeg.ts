import { open } from 'node:fs/promises'
import { RindleError } from '@rindle/core'
import type { ProcessedOutput } from '@rindle/core/adapter'
import { assertDiskSpace } from './disk-space.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import type { Size } from './geometry.ts'
import type { RunContext } from './run-context.ts'
import { verifyOutput } from './verify-output.ts'

/**
 * Options for one JPEG: about quality 85 of other encoders. Huffman tables made for the picture save a tenth; `update`
 * writes to the exact name, even if part of it looks like a pattern.
 */
export const JPEG_OPTIONS: FfmpegOptions = { 'frames:v': 1, 'q:v': 3, huffman: 'optimal', update: 1 }

/** The maximum size of one JPEG. */
export const MAX_JPEG_BYTES: number = 32 * 1024 ** 2

const END_OF_IMAGE = 'ffd9'

/** Reads a JPEG back; see {@link verifyOutput}. Also throws `output_mismatch` when it is cut off. */
export async function verifyJpeg(
  path: string,
  variant: string,
  size: Size,
  context: RunContext,
): Promise<ProcessedOutput> {
  const expected = { contentType: 'image/jpeg', demuxer: 'jpeg_pipe', videoCodec: 'mjpeg', audioCodec: null, size }
  const output = await verifyOutput(path, variant, expected, context)
  if ((await lastBytes(output)) === END_OF_IMAGE) return output
  // FFmpeg reports no error when it cannot write a whole picture.
  await assertDiskSpace(context.directory, MAX_JPEG_BYTES)
  throw new RindleError('output_mismatch', `Variant ${variant} is not as expected: it is cut off.`, {
    details: { variant, problems: ['it is cut off'] },
  })
}

async function lastBytes({ path, byteSize }: ProcessedOutput): Promise<string> {
  await using file = await open(path)
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, byteSize - 2)
  return buffer.toString('hex')
}
