import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Refusal } from '../refusal.ts'

const MEBIBYTE = 1024 * 1024
/** The largest unpacked SVG, in bytes: more than drawings have, and what librsvg reads within its memory. */
const MAX_SVG_BYTES = 32 * MEBIBYTE

const PIXEL_DENSITY = 72
const CSS_DENSITY = 96
// In an attribute or in CSS; a match in text does no harm.
const PHYSICAL_UNIT = /\d(in|cm|mm|pt|pc|q)\b/i

/**
 * The density with which sharp draws an SVG, in units per inch. CSS, and every browser, uses 96; but sharp enlarges the
 * drawing by it, to a size that is not a whole number of pixels. So the density is 72, which keeps the size, unless the
 * file measures something in inches.
 */
export function svgDensity(svg: Buffer): number {
  // UTF-16 has a zero in every other byte.
  return PHYSICAL_UNIT.test(svg.toString('latin1').replaceAll('\0', '')) ? CSS_DENSITY : PIXEL_DENSITY
}

/** Converts a number of pixels of a drawing with that density to pixels of CSS. */
export function inCssPixels(pixels: number, density: number): number {
  return Math.max(1, Math.round((pixels * PIXEL_DENSITY) / density))
}

/** Unpacks an SVGZ. Rejects with a `Refusal` if it is damaged, or holds more than 32 MiB. */
export async function unpackSvg(bytes: Buffer): Promise<Buffer> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: MAX_SVG_BYTES })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      const most = `${MAX_SVG_BYTES / MEBIBYTE} MiB`
      throw new Refusal('limit_exceeded', `The compressed SVG unpacks to more than ${most}, the limit.`)
    }
    if (!code.startsWith('Z_')) throw error
    throw new Refusal('corrupt_media', 'The compressed SVG is cut off or damaged. Upload it again.')
  }
}
