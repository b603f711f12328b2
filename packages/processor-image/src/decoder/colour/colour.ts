/** CIE x and y of the primary colours and the white of a picture. */
export interface Primaries {
  readonly red: Chromaticity
  readonly green: Chromaticity
  readonly blue: Chromaticity
  readonly white: Chromaticity
}

/** CIE 1931 x and y. */
export type Chromaticity = readonly [x: number, y: number]

/** How stored values become light: a curve of the 8-bit age, or one of high dynamic range. */
export type Transfer = { readonly kind: 'srgb' | 'pq' | 'hlg' } | { readonly kind: 'gamma'; readonly exponent: number }

/** A colour space that a file names by numbers instead of an ICC profile. sharp treats all of them as sRGB. */
export interface Colour {
  readonly primaries: Primaries
  readonly transfer: Transfer
}

const D65: Chromaticity = [0.3127, 0.329]

/** Of sRGB and BT.709. */
export const SRGB_PRIMARIES: Primaries = { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: D65 }
const BT_470_BG: Primaries = { red: [0.64, 0.33], green: [0.29, 0.6], blue: [0.15, 0.06], white: D65 }
const SMPTE_170M: Primaries = { red: [0.63, 0.34], green: [0.31, 0.595], blue: [0.155, 0.07], white: D65 }
const BT_2020: Primaries = { red: [0.708, 0.292], green: [0.17, 0.797], blue: [0.131, 0.046], white: D65 }
const DISPLAY_P3: Primaries = { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06], white: D65 }
const DCI_P3: Primaries = { ...DISPLAY_P3, white: [0.314, 0.351] }

const SRGB: Transfer = { kind: 'srgb' }

// ITU-T H.273, tables 2 and 3. 2 is "unspecified", which every browser treats as sRGB.
const PRIMARIES: Readonly<Record<number, Primaries>> = {
  1: SRGB_PRIMARIES,
  2: SRGB_PRIMARIES,
  5: BT_470_BG,
  6: SMPTE_170M,
  7: SMPTE_170M,
  9: BT_2020,
  11: DCI_P3,
  12: DISPLAY_P3,
}
// The curves of cameras (1, 6, 14, 15) are shown as sRGB, as browsers do.
const TRANSFERS: Readonly<Record<number, Transfer>> = {
  1: SRGB,
  2: SRGB,
  4: { kind: 'gamma', exponent: 2.2 },
  5: { kind: 'gamma', exponent: 2.8 },
  6: SRGB,
  8: { kind: 'gamma', exponent: 1 },
  13: SRGB,
  14: SRGB,
  15: SRGB,
  16: { kind: 'pq' },
  18: { kind: 'hlg' },
}

/** The colour space of code points of H.273 ("CICP"); `null` for unknown ones. Pure. */
export function colourOfCicp(primaries: number, transfer: number): Colour | null {
  const mixedFrom = PRIMARIES[primaries]
  const curve = TRANSFERS[transfer]
  return mixedFrom === undefined || curve === undefined ? null : { primaries: mixedFrom, transfer: curve }
}

// A 2.2 curve differs from sRGB's by at most two steps of 255, which browsers ignore, too.
const NEARLY_SRGB_EXPONENT = 0.06
const NEARLY_SAME = 0.002

/** Whether samples of this colour space are those of sRGB, or nearly. Pure. */
export function isSrgb({ primaries, transfer }: Colour): boolean {
  if (transfer.kind === 'pq' || transfer.kind === 'hlg') return false
  if (transfer.kind === 'gamma' && Math.abs(transfer.exponent - 2.2) > NEARLY_SRGB_EXPONENT) return false
  const numbers = (each: Primaries): readonly number[] => [each.red, each.green, each.blue, each.white].flat()
  const those = numbers(SRGB_PRIMARIES)
  return numbers(primaries).every((value, index) => Math.abs(value - (those[index] ?? 0)) < NEARLY_SAME)
}
