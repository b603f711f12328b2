/** The longest start of `text` whose UTF-8 form has at most `maxBytes` bytes; a code point is never cut in two. */
export function cutToBytes(text: string, maxBytes: number): string {
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(maxBytes)).read)
}
