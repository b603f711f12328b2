import type { Transfer } from './colour.ts'
import { PEAK, readPq } from './tone-mapping.ts'

// ITU-R BT.2100, table 5.
const HLG_A = 0.178_832_77
const HLG_B = 0.284_668_92
const HLG_C = 0.559_910_73
// The system gamma of a display of 1,000 nits.
const HLG_SYSTEM_GAMMA = 1.2

/**
 * The light of a stored value from 0 to 1: 1 is the white of a standard display or, for HLG, the brightest light of a
 * scene.
 */
export function readTransfer(transfer: Transfer, value: number): number {
  if (transfer.kind === 'pq') return readPq(value)
  if (transfer.kind === 'hlg') return readHlg(value)
  return transfer.kind === 'gamma' ? value ** transfer.exponent : readSrgb(value)
}

/** Converts light from 0 to 1 to sRGB's stored value. */
export function writeSrgb(light: number): number {
  return light <= 0.003_130_8 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055
}

/** The factor from the light of a scene to that of a display: HLG stores the first and is shown as the second. */
export function displayFactor(red: number, green: number, blue: number): number {
  const brightness = 0.2627 * red + 0.678 * green + 0.0593 * blue
  return brightness <= 0 ? 0 : brightness ** (HLG_SYSTEM_GAMMA - 1) * PEAK
}

function readSrgb(value: number): number {
  return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

function readHlg(value: number): number {
  return value <= 0.5 ? value ** 2 / 3 : (Math.exp((value - HLG_C) / HLG_A) + HLG_B) / 12
}
