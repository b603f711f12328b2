import { keptChannels, mixFilters, steadySound } from './audio-settings.ts'
import { type AudioTrack, durationOf } from './media-facts.ts'
import { assertDecoded, type FfmpegRun, runFfmpeg } from './run-ffmpeg.ts'
import { isSameDuration } from './same-duration.ts'
import type { VariantWork } from './variant-work.ts'
import { mismatch } from './verify-output.ts'
import { type Peaks, WaveformPeaks } from './waveform-peaks.ts'

const SAMPLE_BYTES = 2
const MAX_CHANNELS = 8

/** The peaks of a track over the whole duration of its source. */
export interface TrackPeaks {
  readonly durationMs: number
  readonly sampleRate: number
  /** One for each channel, or one of all channels mixed. */
  readonly channels: readonly Peaks[]
}

/** Which peaks to read. */
export interface PeaksWanted {
  /** The number of equal parts of the duration. */
  readonly peaks: number
  readonly channels: 'mixed' | 'each'
}

/** Reads the peaks of a track. Throws `output_mismatch` when the sound lasts longer or shorter than its header says. */
export async function readPeaks(wanted: PeaksWanted, audio: AudioTrack, work: VariantWork): Promise<TrackPeaks> {
  const { facts, name } = work
  const count = wanted.channels === 'mixed' ? 1 : keptChannels(audio, MAX_CHANNELS)
  const channels = await readChannels(count, audio, work)
  const samples = channels[0]?.samples ?? 0
  const soundMs = Math.round((samples / audio.sampleRate) * 1_000)
  const expectedMs = durationOf([audio], facts.durationMs)
  if (!isSameDuration(soundMs, expectedMs)) {
    throw mismatch(name, [`its sound lasts ${soundMs} ms instead of ${expectedMs} ms`])
  }
  const durationMs = Math.max(soundMs, facts.durationMs)
  const totalSamples = Math.max(samples, (durationMs / 1_000) * audio.sampleRate)
  return {
    durationMs,
    sampleRate: audio.sampleRate,
    channels: channels.map((channel) => channel.peaks(wanted.peaks, totalSamples)),
  }
}

async function readChannels(
  count: number,
  audio: AudioTrack,
  { context, input, name, facts, maxPixels, onProgress }: VariantWork,
): Promise<readonly WaveformPeaks[]> {
  const channels = Array.from({ length: count }, () => new WaveformPeaks())
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
          channels: count,
          frequency: audio.sampleRate,
          filters: [...mixFilters(audio, count), ...steadySound(audio)],
        },
      },
    ],
    maxPixels,
    variant: name,
    onOutput: (chunk) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      const whole = bytes.length - (bytes.length % (SAMPLE_BYTES * count))
      rest = bytes.subarray(whole)
      const samples = samplesOf(bytes.subarray(0, whole))
      for (const [index, channel] of channels.entries()) channel.add(everyNth(samples, index, count))
      onProgress((channels[0]?.samples ?? 0) / expectedSamples)
    },
  }
  assertDecoded(await runFfmpeg(run, context), run)
  return channels
}

// Returns a view of the samples if they are aligned in memory, else of a copy.
function samplesOf(bytes: Buffer): Int16Array {
  const { buffer, byteOffset, length } = bytes.byteOffset % SAMPLE_BYTES === 0 ? bytes : Uint8Array.from(bytes)
  return new Int16Array(buffer, byteOffset, length / SAMPLE_BYTES)
}

function everyNth(samples: Int16Array, first: number, step: number): Int16Array {
  if (step === 1) return samples
  const picked = new Int16Array(samples.length / step)
  for (let index = 0; index < picked.length; index += 1) picked[index] = samples[index * step + first] ?? 0
  return picked
}
