import { writeFile } from 'node:fs/promises'
import type { ProcessedOutput } from '@rindle/core/adapter'
import { CHANNEL_HEIGHT, waveformPng, waveformSvg } from './draw-waveform.ts'
import type { AudioTrack } from './media-facts.ts'
import { readPeaks } from './read-peaks.ts'
import type { NormalWaveform, NormalWaveformPicture, WaveformPicture } from './recipes/waveform-kinds.ts'
import type { VariantWork } from './variant-work.ts'
import type { Peaks } from './waveform-peaks.ts'

/** What every JSON document of a waveform says. */
interface WaveformFacts {
  readonly version: 1
  /** The duration of the whole source, which the parts divide equally. */
  readonly durationMs: number
  /** The number of samples read per second. */
  readonly sampleRate: number
  /** The number of parts. */
  readonly length: number
}

/** The JSON document of a waveform of all channels as one. */
export interface Waveform extends WaveformFacts {
  /** The lowest and the highest sample of each part, `[min, max, min, max, …]`, −1 to 1. */
  readonly peaks: Peaks
}

/** The JSON document of a waveform with `channels: 'each'`. */
export interface ChannelsWaveform extends WaveformFacts {
  /** The peaks of each channel, in the order of the source: left, right. */
  readonly channels: readonly Peaks[]
}

/** Makes a JSON document with the peaks of a track over the whole duration. */
export async function makeWaveform(
  recipe: NormalWaveform,
  audio: AudioTrack,
  work: VariantWork,
): Promise<ProcessedOutput> {
  const { durationMs, sampleRate, channels } = await readPeaks(recipe, audio, work)
  const facts: WaveformFacts = { version: 1, durationMs, sampleRate, length: recipe.peaks }
  const waveform: Waveform | ChannelsWaveform =
    recipe.channels === 'each' ? { ...facts, channels } : { ...facts, peaks: channels[0] ?? [] }
  const json = JSON.stringify(waveform)
  await writeFile(work.path, json)
  return { path: work.path, contentType: 'application/json', byteSize: Buffer.byteLength(json), durationMs }
}

const DRAWINGS: Readonly<
  Record<WaveformPicture, { readonly contentType: string; readonly draw: (channels: readonly Peaks[]) => Uint8Array }>
> = {
  svg: { contentType: 'image/svg+xml', draw: (channels) => Buffer.from(waveformSvg(channels)) },
  png: { contentType: 'image/png', draw: waveformPng },
}

/** Draws the peaks of a track over the whole duration. */
export async function makeWaveformPicture(
  recipe: NormalWaveformPicture,
  audio: AudioTrack,
  work: VariantWork,
): Promise<ProcessedOutput> {
  const { channels } = await readPeaks(recipe, audio, work)
  const { contentType, draw } = DRAWINGS[recipe.format]
  const bytes = draw(channels)
  await writeFile(work.path, bytes)
  const size = { width: recipe.peaks, height: CHANNEL_HEIGHT * channels.length }
  return { path: work.path, contentType, byteSize: bytes.byteLength, ...size }
}
