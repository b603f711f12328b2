const HEADER_BYTES = 10

/** The length in bytes of the ID3v2 tag at the start of a file, header and footer included; 0 without a tag. Pure. */
export function tagLength(head: Uint8Array): number {
  const [i, d, three, major = 0xff, revision = 0xff, flags = 0, ...size] = head.subarray(0, HEADER_BYTES)
  if (i !== 0x49 || d !== 0x44 || three !== 0x33 || major === 0xff || revision === 0xff) return 0
  if (size.length !== 4 || size.some((byte) => byte > 0x7f)) return 0
  const footerBytes = (flags & 0x10) === 0 ? 0 : HEADER_BYTES
  return HEADER_BYTES + size.reduce((length, byte) => length * 128 + byte, 0) + footerBytes
}
