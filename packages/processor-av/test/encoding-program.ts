/**
 * A program for tests of supervision: node encoding-program.ts <ffmpeg> <ffprobe> <source> <directory>. It encodes a
 * video, sends "encoding" when FFmpeg has begun, and exits at once when it receives a message.
 */

import { recipeOptions } from '@rindle/testing'
import { avProcessor } from '../src/index.ts'
import { video, videoKind } from '../src/recipes/index.ts'

const [, , ffmpegPath = '', ffprobePath = '', path = '', directory = ''] = process.argv

process.once('message', () => process.exit(0))
await avProcessor({ ffmpegPath, ffprobePath, threads: 1 }).process({
  source: { path, contentType: 'video/mp4', byteSize: 1 },
  variants: [{ name: 'video', recipe: recipeOptions([videoKind], video.mp4()), contentType: 'video/mp4' }],
  limits: { maxPixels: 100_000_000 },
  directory,
  signal: new AbortController().signal,
  onOutcome: async (outcome) => void process.send?.(JSON.stringify(outcome)),
  onProgress: () => void process.send?.('encoding'),
})
