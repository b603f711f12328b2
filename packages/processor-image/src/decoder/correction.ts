import type { Colour } from './colour/colour.ts'

/** Corrections to the pixels of a source, made before sharp gets them because sharp would get them wrong. */
export interface Correction {
  /** The colour space of the samples: convert them to sRGB, whatever profile there is. */
  readonly colour: Colour | null
  /** Bits of each sample. */
  readonly bits: number
  /** The profile of samples with 16 bits, which sharp does not convert to sRGB by itself; `null` if there is none. */
  readonly deepProfile: 'grey' | 'rgb' | null
  /** How many channels of the decoded picture belong to it: sharp takes more for transparency. `null`: all. */
  readonly keptChannels: number | null
}
