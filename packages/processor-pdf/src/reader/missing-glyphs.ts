import type { Pdfium } from './pdfium.ts'

// Pages of more text say the same after that many.
const MAX_CHARACTERS = 20_000

/**
 * Whether a page has text that cannot be drawn: its font is neither embedded nor built in, and the one in its place has
 * no such glyph. Chinese, Japanese and Korean documents rely on fonts of the reader's system at times.
 */
export function hasMissingGlyphs(pdfium: Pdfium, page: number): boolean {
  const text = pdfium._FPDFText_LoadPage(page)
  if (text === 0) return false
  try {
    const count = Math.min(pdfium._FPDFText_CountChars(text), MAX_CHARACTERS)
    const seen = new Map<number, Set<number>>()
    for (let index = 0; index < count; index += 1) {
      if (isMissing(pdfium, text, index, seen)) return true
    }
    return false
  } finally {
    pdfium._FPDFText_ClosePage(text)
  }
}

function isMissing(pdfium: Pdfium, text: number, index: number, seen: Map<number, Set<number>>): boolean {
  const codePoint = pdfium._FPDFText_GetUnicode(text, index)
  // Spaces and control characters have no shape.
  if (codePoint > 0x10_ff_ff || !/[\p{L}\p{N}]/u.test(String.fromCodePoint(codePoint))) return false
  const object = pdfium._FPDFText_GetTextObject(text, index)
  const font = object === 0 ? 0 : pdfium._FPDFTextObj_GetFont(object)
  if (font === 0) return false
  const known = seen.get(font) ?? new Set()
  if (known.has(codePoint)) return false
  seen.set(font, known.add(codePoint))
  return pdfium._FPDFFont_GetIsEmbedded(font) === 0 && pdfium._FPDFFont_GetGlyphPath(font, codePoint, 12) === 0
}
