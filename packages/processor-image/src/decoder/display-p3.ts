import sharp, { type Sharp } from 'sharp'
import type { Drawing } from './drawing.ts'

/**
 * Whether a variant is drawn in the numbers of Display P3. A source without an RGB profile has no colour beyond sRGB: it
 * is drawn in sRGB and converted at the end, because sharp would take its numbers for those of P3.
 */
export function isDrawnInP3({ variant, input }: Pick<Drawing, 'variant' | 'input'>): boolean {
  return variant.recipe.colourSpace === 'p3' && input.facts.profileSpace === 'RGB'
}

/** A colour `#rrggbbaa` of sRGB in the numbers of Display P3. */
export async function inDisplayP3(colour: string): Promise<string> {
  const pixel = sharp(Buffer.from(colour.slice(1, 7), 'hex'), { raw: { width: 1, height: 1, channels: 3 } })
  const numbers = await toDisplayP3(pixel).raw().toBuffer()
  return `#${numbers.toString('hex')}${colour.slice(7)}`
}

/** Converts a picture to the numbers of Display P3 when it is output. */
export function toDisplayP3(pipeline: Sharp): Sharp {
  return pipeline.withIccProfile('p3', { attach: false })
}
