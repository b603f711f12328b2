import type { Copyright } from './credits.ts'

const ARTIST = 0x013b
const COPYRIGHT = 0x8298
/** Windows' own, in UTF-16. */
const XP_AUTHOR = 0x9c9d
const MAX_ENTRIES = 512
const MAX_BYTES = 16_384
const HEADER = Buffer.from('Exif\0\0', 'latin1')

/** The artist and the copyright of an EXIF block; nothing of a damaged one. Pure. */
export function exifCredits(block: Buffer): Partial<Copyright> {
  const tiff = block.subarray(0, HEADER.length).equals(HEADER) ? block.subarray(HEADER.length) : block
  const texts = textsOf(tiff)
  const artist = texts.get(ARTIST) ?? texts.get(XP_AUTHOR)
  // A photographer's and an editor's copyright are two texts in one.
  const rights = texts
    .get(COPYRIGHT)
    ?.split('\0')
    .map((part) => part.trim())
  return {
    ...(artist === undefined ? {} : { artists: artist.split('\0', 1) }),
    ...(rights === undefined ? {} : { rights: rights.filter((part) => part !== '').join(', ') }),
  }
}

function textsOf(tiff: Buffer): ReadonlyMap<number, string> {
  const texts = new Map<number, string>()
  if (tiff.length < 8) return texts
  const isBigEndian = tiff.toString('latin1', 0, 2) === 'MM'
  const number = (at: number, bytes: 2 | 4): number =>
    isBigEndian ? tiff.readUIntBE(at, bytes) : tiff.readUIntLE(at, bytes)
  const start = number(4, 4)
  if (start + 2 > tiff.length) return texts
  const count = Math.min(MAX_ENTRIES, number(start, 2))
  for (let at = start + 2; at + 12 <= Math.min(tiff.length, start + 2 + count * 12); at += 12) {
    const tag = number(at, 2)
    if (tag !== ARTIST && tag !== COPYRIGHT && tag !== XP_AUTHOR) continue
    const length = Math.min(MAX_BYTES, number(at + 4, 4))
    const from = length <= 4 ? at + 8 : number(at + 8, 4)
    const bytes = tiff.subarray(from, from + length)
    texts.set(tag, tag === XP_AUTHOR ? bytes.toString('utf16le', 0, bytes.length & ~1) : textOf(bytes))
  }
  return texts
}

// The standard says ASCII; programs write UTF-8, and older ones Latin-1.
function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.includes('\uFFFD') ? bytes.toString('latin1') : text
}
