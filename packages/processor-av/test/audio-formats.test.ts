import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Recipe } from '@rindle/core'
import { describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { audio } from '../src/recipes/index.ts'
import { AAC, clip, DRAWN, ffmpeg, H264, lavfi, removeAfterTests } from './clips.ts'
import { ffmpegLanes } from './lanes.ts'
import { inspect, make, outcomesOf } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

const FORMATS: Readonly<Record<string, readonly [Recipe, string, object]>> = {
  aac: [audio.aac({ bitrate: 64, sampleRate: 32_000 }), 'audio/mp4', { codec_name: 'aac', sample_rate: '32000' }],
  mp3: [audio.mp3({ bitrate: 320 }), 'audio/mpeg', { codec_name: 'mp3', sample_rate: '48000', bit_rate: '320000' }],
  opus: [audio.opus({ bitrate: 32 }), 'audio/ogg', { codec_name: 'opus', sample_rate: '48000' }],
  flac: [audio.flac(), 'audio/flac', { codec_name: 'flac', sample_rate: '48000', sample_fmt: 's16' }],
}

/** The decoded samples, as a hash. */
async function samplesOf(path: string, format: 's16le' | 's32le'): Promise<string> {
  const raw = `${path}.${format}`
  await ffmpeg('-i', path, '-f', format, raw)
  return createHash('sha256')
    .update(await readFile(raw))
    .digest('hex')
}

/** The loudness in LUFS, as FFmpeg's meter measures it. */
async function loudness(path: string): Promise<number> {
  const { stderr } = await ffmpeg('-i', path, '-af', 'ebur128', '-f', 'null', '-')
  return Number(/Integrated loudness:\s+I:\s+(-?[\d.]+) LUFS/.exec(stderr)?.[1])
}

describe.each(LANES)('sound made with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor({ ...programs, threads: 2 })

  it('has the format, bitrate and rate of its recipe, and no tags', async () => {
    const named = ['-metadata', 'title=Secret', '-ac', '2']
    const source = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 2), DRAWN.sine(2), H264, AAC, named)
    const recipes = Object.fromEntries(Object.entries(FORMATS).map(([name, [recipe]]) => [name, recipe]))
    for (const [name, outcome] of await outcomesOf(processor, source, recipes)) {
      if ('error' in outcome) throw outcome.error
      const [, contentType, stream] = FORMATS[name] ?? []
      const { path, durationMs = 0 } = outcome.output
      expect(outcome.output).toMatchObject({ contentType })
      const { streams, format } = await inspect(path)
      expect(streams).toMatchObject([{ ...stream, channels: 2 }])
      expect(Math.abs(durationMs - 2_000)).toBeLessThan(100)
      expect((await readFile(path)).toString('latin1')).not.toContain('Secret')
      if (name === 'opus') expect(Number(format.bit_rate)).toBeLessThan(48_000)
    }
  })

  it('is lossless as FLAC: the same samples, in 16 bits or 24, at a high rate', async () => {
    const noise = lavfi('anoisesrc=d=1:c=pink:r=96000:a=0.3,aformat=channel_layouts=mono')
    for (const [codec, format] of [
      ['pcm_s16le', 's16le'],
      ['pcm_s24le', 's32le'],
    ] as const) {
      const source = await clip('audio/wav', 'wav', noise, ['-c:a', codec])
      const { path } = await make(processor, source, audio.flac())
      expect((await inspect(path)).streams).toMatchObject([{ sample_rate: '96000' }])
      expect(await samplesOf(path, format)).toBe(await samplesOf(source.path, format))
    }
  })

  it('has the loudness of its target', async () => {
    const source = await clip('audio/wav', 'wav', lavfi('aevalsrc=0.02*sin(2*PI*500*t):s=48000:d=6'))
    for (const target of [-14, -23]) {
      const { path } = await make(processor, source, audio.flac({ normalize: true, twoPass: true, target }))
      expect(Math.abs((await loudness(path)) - target)).toBeLessThan(0.6)
    }
  })
})
