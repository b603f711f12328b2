import type { Recipe } from '@rindle/core'
import {
  type WaveformOptions,
  type WaveformPictureOptions,
  waveformKind,
  waveformPictureKind,
} from './waveform-kinds.ts'

/** Options of a waveform that is JSON. */
export interface WaveformJsonOptions extends WaveformOptions {
  /** JSON, for a player that draws for itself. @default 'json' */
  readonly format?: 'json' | undefined
}

/** Makes the recipe of a waveform: as JSON, or as a picture. */
export interface WaveformFactory {
  /** JSON: the lowest and the highest sample of each part of the duration. */
  (options?: WaveformJsonOptions): Recipe<'data'>
  /** A picture of them. */
  (options: WaveformPictureOptions): Recipe<'image'>
}

/** Peaks of sound over time. Returns a plain value for the `variants` of a profile, and never throws. */
export const waveform: WaveformFactory = ((options?: WaveformJsonOptions | WaveformPictureOptions) => {
  const { format = 'json', ...detail }: WaveformJsonOptions | WaveformPictureOptions = options ?? {}
  return format === 'json' ? waveformKind(detail) : waveformPictureKind({ ...detail, format })
}) as WaveformFactory
