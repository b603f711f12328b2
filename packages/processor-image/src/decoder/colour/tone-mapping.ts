// Light is relative to the white of a standard display: 203 nits, where ITU-R BT.2408 puts the white of a page in a
// picture of high dynamic range.
const WHITE_NITS = 203
// Anything brighter is white: most displays of high dynamic range show no more, and most such pictures are made for
// that.
const PEAK_NITS = 1000

/** The brightest light that is distinct from white. */
export const PEAK: number = PEAK_NITS / WHITE_NITS

// ITU-R BT.2100, table 4 (SMPTE ST 2084).
const M1 = 2610 / 16_384
const M2 = (2523 / 4096) * 128
const C1 = 3424 / 4096
const C2 = (2413 / 4096) * 32
const C3 = (2392 / 4096) * 32
const PQ_NITS = 10_000

/** The light of a PQ value from 0 to 1. Pure. */
export function readPq(value: number): number {
  const root = value ** (1 / M2)
  return ((Math.max(0, root - C1) / (C2 - C3 * root)) ** (1 / M1) * PQ_NITS) / WHITE_NITS
}

function writePq(light: number): number {
  const root = ((light * WHITE_NITS) / PQ_NITS) ** M1
  return ((C1 + C2 * root) / (1 + C3 * root)) ** M2
}

const TOP = writePq(PEAK)
const MOST = writePq(1) / TOP
const KNEE = 1.5 * MOST - 0.5

/**
 * The light, 0 to 1, that a standard display shows for light of high dynamic range: the curve of ITU-R BT.2390 (section
 * 5.4.1), which keeps the darker three quarters of the picture as they are and bends the rest below white. Pure.
 */
export function toneMapped(light: number): number {
  const value = Math.min(1, writePq(light) / TOP)
  if (value < KNEE) return light
  const t = (value - KNEE) / (1 - KNEE)
  const bent =
    (2 * t ** 3 - 3 * t ** 2 + 1) * KNEE + (t ** 3 - 2 * t ** 2 + t) * (1 - KNEE) + (-2 * t ** 3 + 3 * t ** 2) * MOST
  return Math.min(1, readPq(bent * TOP))
}
