// Controls; bidi marks, overrides and isolates, which can show "exe.jpg" for "gpj.exe"; zero-width space and byte order
// mark; lone surrogates, which UTF-8 cannot hold. Real names contain the joiners U+200C and U+200D.
const UNSAFE = /[\p{Cc}\p{Surrogate}\u061C\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu

// Controls that separate words.
const LINE_AND_TAB = /[\t\n\v\f\r]/g

/** An untrusted text in one line, in NFC, without control and bidi characters. Applying it twice changes nothing. Pure. */
export function visibleText(text: string): string {
  return text.replace(LINE_AND_TAB, ' ').replace(UNSAFE, '').normalize('NFC').replace(/\s+/g, ' ')
}
