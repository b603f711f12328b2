type Row = readonly [number, number, number]

/** A colour space of red, green and blue: how it encodes light, and its primaries as light of sRGB's. */
export interface RgbSpace {
  /** Light from 0 to 1 of an encoded value from 0 to 1. */
  readonly decode: (encoded: number) => number
  readonly toLinearSrgb: readonly [Row, Row, Row]
}

const decodeSrgb = (encoded: number): number =>
  encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4
const encodeSrgb = (light: number): number => (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055)

/** Display P3: sRGB's curve over wider primaries, D65. */
export const DISPLAY_P3: RgbSpace = {
  decode: decodeSrgb,
  toLinearSrgb: [
    [1.2249, -0.2247, 0],
    [-0.042, 1.0419, 0],
    [-0.0197, -0.0786, 1.0979],
  ],
}

/** ProPhoto (ROMM): gamma 1.8 over primaries that reach outside of what eyes see, D50 adapted to D65 by Bradford. */
export const PROPHOTO: RgbSpace = {
  decode: (encoded) => (encoded < 1 / 32 ? encoded / 16 : encoded ** 1.8),
  toLinearSrgb: [
    [2.0343, -0.7276, -0.3067],
    [-0.2288, 1.2317, -0.0029],
    [-0.0086, -0.1533, 1.1618],
  ],
}

/** Pixels of three bytes in that space as pixels of sRGB; what sRGB cannot show is cut off. */
export function toSrgb(pixels: Uint8Array, { decode, toLinearSrgb }: RgbSpace): Uint8Array {
  const converted = new Uint8Array(pixels.length)
  for (let start = 0; start < pixels.length; start += 3) {
    const [red = 0, green = 0, blue = 0] = [...pixels.subarray(start, start + 3)].map((value) => decode(value / 255))
    for (const [channel, row] of toLinearSrgb.entries()) {
      const light = Math.min(1, Math.max(0, row[0] * red + row[1] * green + row[2] * blue))
      converted[start + channel] = Math.round(encodeSrgb(light) * 255)
    }
  }
  return converted
}
