import { FileTypeParser } from 'file-type'
import { canonicalContentType } from '../../domain/content-types.ts'
import { TAGGED_SOUND } from '../../domain/type-tables/families.ts'
import { brandType } from './brand-type.ts'
import { isProlog, markupType } from './markup-type.ts'
import { packedType } from './packed-type.ts'
import { signatureType } from './signature-type.ts'
import { tagLength } from './tag-length.ts'

/** The number of bytes that the gate reads; file-type needs 4,100 for most, and more for colour profiles and covers. */
export const SNIFF_BYTES: number = 64 * 1024

/** The longest beginning of a file that is read while a tag or a prolog hides its type. */
export const MAX_HEAD_BYTES: number = 1024 * 1024

/** No file has more tags in a row; each one costs a read. */
const MAX_TAGS = 8

/**
 * Reads the bytes of a file from `start` to before `end`; fewer where the file ends or where bytes are out of reach: a
 * reader of a stream reaches none past {@link MAX_HEAD_BYTES}.
 */
export type ReadBytes = (start: number, end: number) => Promise<Uint8Array>

/**
 * Returns the type of a file by its first bytes alone: a canonical content type, or `undefined` when no known signature
 * matches. Text without magic bytes has no known type. An ID3 tag is skipped by the size that it states. Malformed
 * bytes never make it throw; it reads at most {@link MAX_HEAD_BYTES} at once and works in linear time.
 */
export async function sniff(read: ReadBytes): Promise<string | undefined> {
  const head = await read(0, SNIFF_BYTES)
  if (tagLength(head) > 0) return behindTags(read, head)
  return typeOf(isProlog(head) ? await read(0, MAX_HEAD_BYTES) : head)
}

/** After a tag that cannot be read to its end, only the file's name can tell the type. */
async function behindTags(read: ReadBytes, head: Uint8Array): Promise<string | undefined> {
  let start = 0
  let bytes = head
  for (let count = 0; count < MAX_TAGS && tagLength(bytes) > 0; count += 1) {
    start += tagLength(bytes)
    bytes = await read(start, start + SNIFF_BYTES)
  }
  if (bytes.byteLength === 0) return TAGGED_SOUND
  // Padding, or a tag longer than it states: players accept that only for MPEG audio.
  return (await typeOf(bytes)) ?? 'audio/mpeg'
}

async function typeOf(head: Uint8Array): Promise<string | undefined> {
  const found = markupType(head) ?? brandType(head) ?? packedType(head) ?? (await fileType(head)) ?? signatureType(head)
  return found === undefined ? undefined : canonicalContentType(found)
}

async function fileType(head: Uint8Array): Promise<string | undefined> {
  // A new parser for each file: it stores its reads in fields, and two files at once would get each other's type.
  const found = await new FileTypeParser().fromBuffer(head)
  // The frames of both begin with the same word; the format version after it tells them apart.
  const isEnhanced = found?.ext === 'ac3' && (head[5] ?? 0) >> 3 > 10
  return isEnhanced ? 'audio/eac3' : found?.mime
}
