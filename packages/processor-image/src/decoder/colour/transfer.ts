import type { Transfer } from './colour.ts'
import { PEAK, readPq } from './tone-mapping.ts'

// ITU-R BT.2100, table 5.
const HLG_A = 0.178_832_77
const HLG_B = 0.284_668_92
const HLG_C = 0.559_910_73
// What a display of 1,000 nits does with a scene.
const HLG_SYSTEM_GAMMA = 1.2

/** The light of a stored value from 0 to 1: 1 is the white of a standard display, or the brightest of a scene for HLG. */
export function readTransfer(transfer: Transfer, value: number): number {
  if (transfer.kind === 'pq') return readPq(value)
  if (transfer.kind === 'hlg') return readHlg(value)
  return transfer.kind === 'gamma' ? value ** transfer.exponent : readSrgb(value)
}

/** Light from 0 to 1 as sRGB stores it. */
export function writeSrgb(light: number): number {
  return light <= 0.003_130_8 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055
}

/** What light of a scene has to be multiplied by to be that of a display: HLG tells the one and is shown as the other. */
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
