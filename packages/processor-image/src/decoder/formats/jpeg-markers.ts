/** A segment of a whole JPEG. */
export interface JpegMarker {
  readonly marker: number
  readonly data: Buffer
  /** Where its marker is. */
  readonly start: number
  /** Where it ends; behind the header of a scan its picture data follow. */
  readonly end: number
}

const START_OF_IMAGE_BYTES = 2
const START_OF_SCAN = 0xda
const END_OF_IMAGE = 0xd9
// Each may bring tables, which cost more than they are long.
const MAX_MARKERS = 10_000

/**
 * Every segment of a JPEG up to its end, that included, and those between scans; restart markers and stray bytes are
 * skipped.
 */
export function* jpegMarkers(bytes: Buffer): Generator<JpegMarker> {
  let count = 0
  for (let at = START_OF_IMAGE_BYTES; at + 2 <= bytes.byteLength && count < MAX_MARKERS; ) {
    const marker = bytes[at + 1] ?? 0
    if (bytes[at] !== 0xff || marker < 0xc0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 1
      continue
    }
    const isEnd = marker === END_OF_IMAGE
    if (!isEnd && at + 4 > bytes.byteLength) return
    const end = isEnd ? at + 2 : at + 2 + bytes.readUInt16BE(at + 2)
    count += 1
    yield { marker, data: bytes.subarray(at + 4, end), start: at, end }
    if (isEnd) return
    at = Math.max(end, at + 4)
  }
}

/** What a JPEG is made of, as far as a decoder may stumble over it. */
export interface JpegOutline {
  /** Whether it has its end; there may be more behind it. */
  readonly isWhole: boolean
  /** The same picture without what decoders complain about in headers, and no more: stray bytes, a version of later. */
  readonly plain: Buffer
}

/** Reads through a JPEG. Pure. */
export function jpegOutline(bytes: Buffer): JpegOutline {
  const header: Buffer[] = [bytes.subarray(0, START_OF_IMAGE_BYTES)]
  let scansAt: number | null = null
  let isWhole = false
  for (const { marker, start, end } of jpegMarkers(bytes)) {
    isWhole = marker === END_OF_IMAGE
    if (marker === START_OF_SCAN) scansAt ??= start
    if (scansAt === null) header.push(withoutVersion(bytes.subarray(start, end)))
  }
  return { isWhole, plain: Buffer.concat([...header, bytes.subarray(scansAt ?? bytes.byteLength)]) }
}

const JFIF = 'JFIF\0'
const JFIF_AT = 4
const FIRST_VERSION = 1

function withoutVersion(segment: Buffer): Buffer {
  const versionAt = JFIF_AT + JFIF.length
  const isJfif = segment.toString('latin1', JFIF_AT, versionAt) === JFIF && segment.byteLength > versionAt
  if (!isJfif) return segment
  const copy = Buffer.from(segment)
  copy.writeUInt8(FIRST_VERSION, versionAt)
  return copy
}
