import type { Colour } from './colour/colour.ts'

/** What sharp does not do right with the pixels of a source, and is done before they are its own. */
export interface Correction {
  /** Of the samples: to be converted to sRGB, whatever profile there is. */
  readonly colour: Colour | null
  /** Of each sample. */
  readonly bits: number
  /** Of samples of 16 bits, which sharp does not take to sRGB by itself; `null` where there is none of these. */
  readonly deepProfile: 'grey' | 'rgb' | null
  /** How many channels of the decoded picture are of it: sharp takes more for transparency. `null`: all. */
  readonly keptChannels: number | null
}
