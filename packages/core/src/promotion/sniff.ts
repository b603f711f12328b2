import { detectXml } from '@file-type/xml'
import { FileTypeParser } from 'file-type'
import { canonicalContentType } from '../domain/content-types.ts'

/** How many leading bytes the gate looks at; file-type needs 4,100 for the formats it knows. */
export const SNIFF_BYTES = 4_100

const parser = new FileTypeParser({ customDetectors: [detectXml] })

/**
 * What the first bytes of a file are, by content alone: a canonical content type, or `undefined` when they are of no
 * known form. Text without magic bytes is of no known form.
 */
export async function sniff(head: Uint8Array): Promise<string | undefined> {
  const found = await parser.fromBuffer(head)
  return found === undefined ? undefined : canonicalContentType(found.mime)
}
