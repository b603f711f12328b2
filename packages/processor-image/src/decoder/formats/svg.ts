import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Refusal } from '../refusal.ts'

const MEBIBYTE = 1024 * 1024
/** What a compressed SVG may hold, in bytes: more than drawings have, and what librsvg reads within its memory. */
const MAX_SVG_BYTES = 32 * MEBIBYTE

const PIXEL_DENSITY = 72
const CSS_DENSITY = 96
// In an attribute or in CSS; in a text it does no harm.
const PHYSICAL_UNIT = /\d(in|cm|mm|pt|pc|q)\b/i

/**
 * How many units of an inch sharp is to draw an SVG with. CSS, and every browser, has 96; but sharp enlarges the drawing
 * with them, to a size that is no whole number of pixels. So it is 72, which leaves the size as it is, where nothing in
 * the file is measured in inches.
 */
export function svgDensity(svg: Buffer): number {
  // UTF-16 has a zero in every other byte.
  return PHYSICAL_UNIT.test(svg.toString('latin1').replaceAll('\0', '')) ? CSS_DENSITY : PIXEL_DENSITY
}

/** A number of pixels of a drawing of that density, in pixels of CSS. */
export function inCssPixels(pixels: number, density: number): number {
  return Math.max(1, Math.round((pixels * PIXEL_DENSITY) / density))
}

/** Unpacks an SVGZ. Rejects with a `Refusal` when it is damaged, or holds more than 32 MiB. */
export async function unpackSvg(bytes: Buffer): Promise<Buffer> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: MAX_SVG_BYTES })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      const most = `${MAX_SVG_BYTES / MEBIBYTE} MiB`
      throw new Refusal('limit_exceeded', `The compressed SVG unpacks to more than the ${most} that are drawn.`)
    }
    if (!code.startsWith('Z_')) throw error
    throw new Refusal('corrupt_media', 'The compressed SVG is cut off or damaged. Upload it again.')
  }
}
