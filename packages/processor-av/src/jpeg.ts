import type { ProcessedOutput } from '@rindle/core'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import type { Size } from './geometry.ts'
import type { RunContext } from './run-context.ts'
import { verifyOutput } from './verify-output.ts'

/**
 * Options for one JPEG: about the quality 85 of other encoders. Huffman tables made for the picture save a tenth;
 * `update` writes to the very name that was given, whatever looks like a pattern in it.
 */
export const JPEG_OPTIONS: FfmpegOptions = { 'frames:v': 1, 'q:v': 3, huffman: 'optimal', update: 1 }

/** Reads a JPEG back; see {@link verifyOutput}. */
export async function verifyJpeg(
  path: string,
  variant: string,
  size: Size,
  context: RunContext,
): Promise<ProcessedOutput> {
  const expected = { contentType: 'image/jpeg', demuxer: 'jpeg_pipe', videoCodec: 'mjpeg', audioCodec: null, size }
  return verifyOutput(path, variant, expected, context)
}
