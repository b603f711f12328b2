import { FileTypeParser } from 'file-type'
import { canonicalContentType } from '../../domain/content-types.ts'
import { TAGGED_SOUND } from '../../domain/type-tables/families.ts'
import { brandType } from './brand-type.ts'
import { isProlog, markupType } from './markup-type.ts'
import { packedType } from './packed-type.ts'
import { signatureType } from './signature-type.ts'
import { tagLength } from './tag-length.ts'

/** How many bytes the gate looks at; file-type needs 4,100 for most, and more behind colour profiles and covers. */
export const SNIFF_BYTES: number = 64 * 1024

/** The most that is read of a file's beginning while a tag or a prolog hides what it is. */
export const MAX_HEAD_BYTES: number = 1024 * 1024

/** No file has more tags in a row; each is one more read. */
const MAX_TAGS = 8

/**
 * Reads the bytes of a file from `start` to before `end`; fewer where the file ends, or where they cannot be had: none
 * of them is further on than {@link MAX_HEAD_BYTES} for who reads a stream.
 */
export type ReadBytes = (start: number, end: number) => Promise<Uint8Array>

/**
 * What a file is, by its first bytes alone: a canonical content type, or `undefined` when they are of no known form.
 * Text without magic bytes is of no known form. An ID3 tag is looked behind, by the size that it states. Malformed bytes
 * never make it throw; it reads at most {@link MAX_HEAD_BYTES} at once and works in linear time.
 */
export async function sniff(read: ReadBytes): Promise<string | undefined> {
  const head = await read(0, SNIFF_BYTES)
  if (tagLength(head) > 0) return behindTags(read, head)
  return typeOf(isProlog(head) ? await read(0, MAX_HEAD_BYTES) : head)
}

/** What stands behind a tag that nobody can read to its end, its name has to say. */
async function behindTags(read: ReadBytes, head: Uint8Array): Promise<string | undefined> {
  let start = 0
  let bytes = head
  for (let count = 0; count < MAX_TAGS && tagLength(bytes) > 0; count += 1) {
    start += tagLength(bytes)
    bytes = await read(start, start + SNIFF_BYTES)
  }
  if (bytes.byteLength === 0) return TAGGED_SOUND
  // Padding, or a tag that is longer than it says: only MPEG audio is played in spite of that.
  return (await typeOf(bytes)) ?? 'audio/mpeg'
}

async function typeOf(head: Uint8Array): Promise<string | undefined> {
  const found = markupType(head) ?? brandType(head) ?? packedType(head) ?? (await fileType(head)) ?? signatureType(head)
  return found === undefined ? undefined : canonicalContentType(found)
}

async function fileType(head: Uint8Array): Promise<string | undefined> {
  // A parser for each file: it keeps what it reads in its fields, and two files at once would get each other's type.
  const found = await new FileTypeParser().fromBuffer(head)
  // The frames of both begin with the same word; the version of the format, which follows, tells them apart.
  const isEnhanced = found?.ext === 'ac3' && (head[5] ?? 0) >> 3 > 10
  return isEnhanced ? 'audio/eac3' : found?.mime
}
