import { writeFile } from 'node:fs/promises'
import type { ProcessedOutput } from '@rindle/core/adapter'
import { mixFilters, steadySound } from './audio-settings.ts'
import { type AudioTrack, durationOf } from './media-facts.ts'
import { assertDecoded, type FfmpegRun, runFfmpeg } from './run-ffmpeg.ts'
import { isSameDuration } from './same-duration.ts'
import type { VariantWork } from './variant-work.ts'
import { mismatch } from './verify-output.ts'
import { type Peaks, WaveformPeaks } from './waveform-peaks.ts'

const BUCKETS = 1_000
const SAMPLE_BYTES = 2

/** The JSON document of a waveform. */
export interface Waveform {
  readonly version: 1
  /** The duration of the whole source, which the buckets divide into equal parts. */
  readonly durationMs: number
  /** The number of samples read per second, with all channels mixed into one. */
  readonly sampleRate: number
  /** The number of buckets. */
  readonly length: number
  /** The lowest and the highest sample of each bucket, `[min, max, min, max, …]`, −1 to 1. */
  readonly peaks: Peaks
}

/** Makes a JSON document with the peaks of a track over the whole duration. */
export async function makeWaveform(audio: AudioTrack, work: VariantWork): Promise<ProcessedOutput> {
  const { facts, name, path } = work
  const peaks = await readPeaks(audio, work)
  const soundMs = Math.round((peaks.samples / audio.sampleRate) * 1_000)
  const expectedMs = durationOf([audio], facts.durationMs)
  if (!isSameDuration(soundMs, expectedMs)) {
    const problem = `its sound lasts ${soundMs} ms instead of ${expectedMs} ms`
    throw mismatch(name, [problem])
  }
  const durationMs = Math.max(soundMs, facts.durationMs)
  const totalSamples = Math.max(peaks.samples, (durationMs / 1_000) * audio.sampleRate)
  const waveform: Waveform = {
    version: 1,
    durationMs,
    sampleRate: audio.sampleRate,
    length: BUCKETS,
    peaks: peaks.peaks(BUCKETS, totalSamples),
  }
  const json = JSON.stringify(waveform)
  await writeFile(path, json)
  return { path, contentType: 'application/json', byteSize: Buffer.byteLength(json), durationMs }
}

async function readPeaks(
  audio: AudioTrack,
  { context, input, name, facts, maxPixels, onProgress }: VariantWork,
): Promise<WaveformPeaks> {
  const peaks = new WaveformPeaks()
  const expectedSamples = (facts.durationMs / 1_000) * audio.sampleRate
  let rest: Buffer = Buffer.alloc(0)
  const run: FfmpegRun = {
    input,
    settings: {},
    outputs: [
      {
        target: '-',
        format: 's16le',
        streams: [audio.index],
        audio: {
          codec: 'pcm_s16le',
          channels: 1,
          frequency: audio.sampleRate,
          filters: [...mixFilters(audio, 1), ...steadySound(audio)],
        },
      },
    ],
    maxPixels,
    variant: name,
    onOutput: (chunk) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      const whole = bytes.length - (bytes.length % SAMPLE_BYTES)
      rest = bytes.subarray(whole)
      peaks.add(samplesOf(bytes.subarray(0, whole)))
      onProgress(peaks.samples / expectedSamples)
    },
  }
  assertDecoded(await runFfmpeg(run, context), run)
  return peaks
}

// Returns a view of the samples if they are aligned in memory, else of a copy.
function samplesOf(bytes: Buffer): Int16Array {
  const { buffer, byteOffset, length } = bytes.byteOffset % SAMPLE_BYTES === 0 ? bytes : Uint8Array.from(bytes)
  return new Int16Array(buffer, byteOffset, length / SAMPLE_BYTES)
}
