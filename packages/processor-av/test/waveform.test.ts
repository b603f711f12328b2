import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import type { Waveform } from '../src/make-waveform.ts'
import { WaveformPeaks } from '../src/waveform-peaks.ts'
import { AAC, clip, DRAWN, H264, lavfi, removeAfterTests } from './clips.ts'
import { ffmpegLanes } from './lanes.ts'
import { failure, make, WAVEFORM } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

describe('peaks', () => {
  it('of fewer samples than cells are exact, however the samples arrive', () => {
    const samples = fc.array(fc.integer({ min: -32_768, max: 32_767 }), { minLength: 10, maxLength: 400 })
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 50 }), (all, count, step) => {
        const peaks = new WaveformPeaks()
        for (let at = 0; at < all.length; at += step) peaks.add(Int16Array.from(all.slice(at, at + step)))
        expect(peaks.samples).toBe(all.length)
        expect(peaks.peaks(count, all.length)).toEqual(exactPeaks(all, count))
      }),
    )
  })

  it('of many more samples keep every extreme, and its position to a thousandth', () => {
    const peaks = new WaveformPeaks()
    const length = 1_000_000
    const samples = new Int16Array(length)
    samples[123_456] = 32_767
    samples[765_432] = -32_768
    for (let at = 0; at < length; at += 4096) peaks.add(samples.subarray(at, at + 4096))
    const found = peaks.peaks(1000, length)
    expect(found).toHaveLength(2000)
    expect(found.flatMap((value, index) => (value === 0 ? [] : [[Math.floor(index / 2), index % 2, value]]))).toEqual([
      [123, 1, 1],
      [765, 0, -1],
    ])
  })

  it('of sound that ends early are zero after its end', () => {
    const peaks = new WaveformPeaks()
    peaks.add(Int16Array.from([100, 200]))
    expect(peaks.peaks(4, 4)).toEqual([0.0031, 0.0031, 0.0061, 0.0061, 0, 0, 0, 0])
    expect(new WaveformPeaks().peaks(2, 0)).toEqual([0, 0, 0, 0])
  })
})

describe.each(LANES)('a waveform made with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor(programs)

  it('has a thousand peaks over the whole duration', async () => {
    // Half at full scale, half at a tenth.
    const source = await clip('audio/wav', 'wav', lavfi('aevalsrc=if(lt(t\\,1)\\,1\\,0.1)*sin(2*PI*500*t):s=44100:d=2'))
    const output = await make(processor, source, WAVEFORM)
    expect(output).toMatchObject({ contentType: 'application/json', durationMs: 2000 })
    const text = await readFile(output.path, 'utf8')
    expect(output.byteSize).toBe(text.length)
    const waveform = JSON.parse(text) as Waveform
    expect(waveform).toMatchObject({ version: 1, durationMs: 2000, sampleRate: 44_100, length: 1000 })
    expect(waveform.peaks).toHaveLength(2000)
    const bucket = (n: number) =>
      [waveform.peaks[2 * n], waveform.peaks[2 * n + 1]].map((value) => (value ?? 0).toFixed(1))
    expect([bucket(0), bucket(498), bucket(501), bucket(999)]).toEqual([
      ['-1.0', '1.0'],
      ['-1.0', '1.0'],
      ['-0.1', '0.1'],
      ['-0.1', '0.1'],
    ])
  })

  it('of a video spans the whole video when the sound is shorter', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 4), DRAWN.sine(1), H264, AAC)
    const { peaks, durationMs } = JSON.parse(
      await readFile((await make(processor, source, WAVEFORM)).path, 'utf8'),
    ) as Waveform
    expect(durationMs).toBe(4000)
    expect(Math.max(...peaks.slice(0, 480))).toBeGreaterThan(0.1)
    expect(Math.max(...peaks.slice(540))).toBe(0)
  })

  it('cannot be made from a silent video', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 0.2), H264)
    expect(await failure(processor, source, WAVEFORM)).toMatchObject({ code: 'processing_failed', retryable: false })
  })
})

function exactPeaks(samples: readonly number[], count: number): readonly number[] {
  const perBucket = samples.length / count
  return Array.from({ length: count }, (_, bucket) => {
    const begin = Math.floor(bucket * perBucket)
    const part = samples.slice(begin, Math.max(begin + 1, Math.floor((bucket + 1) * perBucket)))
    return [Math.min(...part), Math.max(...part)].map((sample) => Math.round((sample / 32_768) * 10_000) / 10_000)
  }).flat()
}
