import { RindleError } from '@rindle/core'
import { encodeQR } from 'qr'
import type { Correction, NormalQr } from './recipes.ts'

/** Bytes of the longest text that a code holds, at the lowest correction. */
export const MOST_BYTES = 2953

// The quiet zone that the standard (ISO/IEC 18004) asks for, in squares.
const BORDER = 4

/** The code of a text, as an SVG document. `limit_exceeded`: the text is too long for a code of this correction. */
export function drawCode(text: string, { size, correction, colour }: NormalQr): string {
  const rows = encode(text, correction)
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
  const side = rows.length
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${side} ${side}">`,
    `<path fill="#ffffff" d="M0 0h${side}v${side}H0z"/>`,
    `<path fill="${colour}" shape-rendering="crispEdges" d="${dark.join('')}"/>`,
    '</svg>',
  ].join('')
}

/** The refusal of a text that no code holds. */
export function tooLong(cause?: unknown): RindleError {
  const message = `The text is too long for a QR code: ${MOST_BYTES} bytes at most, and fewer with a higher correction.`
  return new RindleError('limit_exceeded', message, { cause })
}

function encode(text: string, correction: Correction): readonly (readonly boolean[])[] {
  try {
    return encodeQR(text, 'raw', { ecc: correction, border: BORDER })
  } catch (cause) {
    // The library has no error codes.
    throw cause instanceof Error && cause.message === 'Capacity overflow' ? tooLong(cause) : cause
  }
}
