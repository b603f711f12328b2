import { type Colour, SRGB_PRIMARIES } from './colour.ts'
import { matrixBetween } from './matrix.ts'
import { PEAK, toneMapped } from './tone-mapping.ts'
import { displayFactor, readTransfer, writeSrgb } from './transfer.ts'

/** Pixels of 16 bits per channel. */
export interface DeepPixels {
  readonly values: Uint16Array
  /** Three colours, and with four channels also alpha. */
  readonly channels: 3 | 4
}

const STEPS = 65_536
const TOP = STEPS - 1

/**
 * Converts pixels of a colour space to sRGB, in place. `white` is the highest possible sample: 65,535, or less where
 * fewer bits were shifted up. Values outside of sRGB are clipped channel by channel; before that, high dynamic range is
 * tone-mapped by one factor for the three channels of a pixel, so that no colour turns or fades.
 */
export function convertToSrgb({ values, channels }: DeepPixels, colour: Colour, white: number): void {
  const { kind } = colour.transfer
  const gainOf = kind === 'pq' || kind === 'hlg' ? gainFor(kind) : null
  const light = table((index) => readTransfer(colour.transfer, Math.min(1, index / white)))
  const encoded = Uint16Array.from(table((index) => Math.round(TOP * writeSrgb(index / TOP))))
  const m = matrixBetween(colour.primaries, SRGB_PRIMARIES)
  const put = (at: number, value: number): void => {
    values[at] = encoded[value <= 0 ? 0 : value >= 1 ? TOP : Math.round(value * TOP)] ?? 0
  }
  for (let at = 0; at < values.length; at += channels) {
    let red = light[values[at] ?? 0] ?? 0
    let green = light[values[at + 1] ?? 0] ?? 0
    let blue = light[values[at + 2] ?? 0] ?? 0
    if (gainOf !== null) {
      const gain = gainOf(red, green, blue)
      red *= gain
      green *= gain
      blue *= gain
    }
    put(at, m[0] * red + m[1] * green + m[2] * blue)
    put(at + 1, m[3] * red + m[4] * green + m[5] * blue)
    put(at + 2, m[6] * red + m[7] * green + m[8] * blue)
  }
}

type Gain = (red: number, green: number, blue: number) => number

// By the brightest of the three.
function gainFor(kind: 'pq' | 'hlg'): Gain {
  const gains = table((index) => {
    const brightness = (index / TOP) * PEAK
    return brightness === 0 ? 1 : toneMapped(brightness) / brightness
  })
  const toned = (brightest: number): number => gains[Math.min(TOP, Math.round((brightest / PEAK) * TOP))] ?? 1
  if (kind === 'pq') return (red, green, blue) => toned(Math.max(red, green, blue))
  return (red, green, blue) => {
    const factor = displayFactor(red, green, blue)
    return factor * toned(Math.max(red, green, blue) * factor)
  }
}

function table(valueAt: (index: number) => number): Float32Array {
  return Float32Array.from({ length: STEPS }, (_, index) => valueAt(index))
}
