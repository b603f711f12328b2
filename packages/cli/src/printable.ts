// Controls would move the cursor or recolour the terminal; bidi marks, overrides and isolates would disguise a name;
// lone surrogates cannot be written as UTF-8.
const UNPRINTABLE = /[\p{Cc}\p{Surrogate}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/gu

/** Text of files and rows as one line that is safe to show on a terminal: unprintable characters as `\u{…}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}
