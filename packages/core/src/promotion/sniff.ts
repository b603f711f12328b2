import { isXml, XmlTextDetector } from '@file-type/xml'
import { FileTypeParser } from 'file-type'
import { canonicalContentType } from '../domain/content-types.ts'

/** How many leading bytes the gate looks at; file-type needs 4,100 for the formats it knows. */
export const SNIFF_BYTES = 4_100

/**
 * What the first bytes of a file are, by content alone: a canonical content type, or `undefined` when they are of no
 * known form. Text without magic bytes is of no known form. Malformed bytes never make it throw.
 */
export async function sniff(head: Uint8Array): Promise<string | undefined> {
  // A parser for each file: it keeps what it reads in its fields, and two files at once would get each other's type.
  const found = markupType(head) ?? (await new FileTypeParser().fromBuffer(head))?.mime ?? tiffType(head)
  return found === undefined ? undefined : canonicalContentType(found)
}

/** The type of XML by its root element, `application/xml` when that is unknown or cannot be read. */
function markupType(head: Uint8Array): string | undefined {
  const markup = head.subarray(lengthBeforeRoot(head))
  const recognized = isXml(markup)
  if (!recognized.xml) return undefined
  const detector = new XmlTextDetector()
  try {
    // By character, so that errors behind the root element change nothing: it throws, or forgets what it had found.
    for (const character of new TextDecoder(recognized.encoding).decode(markup.subarray(recognized.offset))) {
      if (detector.onEnd) break
      detector.write(character)
    }
  } catch {
    return 'application/xml'
  }
  return detector.fileType?.mime ?? 'application/xml'
}

/** How many bytes of space, comments and SVG's own DOCTYPE come first: without an XML declaration isXml stops at them. */
function lengthBeforeRoot(head: Uint8Array): number {
  const text = Buffer.from(head).toString('latin1')
  // One piece at a time: a pattern that repeats them all would take exponential time over hostile bytes.
  const piece = /\s+|<!--.*?-->|<!doctype\s+svg\b[^>[]*>/isy
  let length = 0
  while (piece.test(text)) length = piece.lastIndex
  return length
}

/**
 * file-type looks for the tags of raw photos in a TIFF's directory, and knows no TIFF whose directory lies further on:
 * most writers put it at the end of the file.
 */
function tiffType(head: Uint8Array): string | undefined {
  const signature = Buffer.from(head.subarray(0, 4)).toString('latin1')
  return signature === 'II*\0' || signature === 'MM\0*' ? 'image/tiff' : undefined
}
