/** The longest prefix of `text` whose UTF-8 form has at most `maxBytes` bytes; never splits a code point. */
export function cutToBytes(text: string, maxBytes: number): string {
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(maxBytes)).read)
}
