import type { Copyright } from './credits.ts'

const MARK = 0x1c
const APPLICATION_RECORD = 2
const BY_LINE = 80
const COPYRIGHT_NOTICE = 116

/** The by-lines and the copyright notice of IPTC datasets, wherever in the block they begin. Pure. */
export function iptcCredits(block: Buffer): Partial<Copyright> {
  const artists: string[] = []
  let rights: string | undefined
  for (let at = 0; at + 5 <= block.length; at += 1) {
    if (block[at] !== MARK || block[at + 1] !== APPLICATION_RECORD) continue
    const length = block.readUInt16BE(at + 3)
    // A longer one has another form, and no honest credit is that long.
    if (length > 0x7fff || at + 5 + length > block.length) continue
    const text = textOf(block.subarray(at + 5, at + 5 + length))
    if (block[at + 2] === BY_LINE) artists.push(text)
    if (block[at + 2] === COPYRIGHT_NOTICE) rights ??= text
    at += 4 + length
  }
  return { ...(artists.length === 0 ? {} : { artists }), ...(rights === undefined ? {} : { rights }) }
}

function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.includes('\uFFFD') ? bytes.toString('latin1') : text
}
