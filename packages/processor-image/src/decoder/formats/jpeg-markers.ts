/** A segment of a whole JPEG. */
export interface JpegMarker {
  readonly marker: number
  readonly data: Buffer
  /** Offset of its marker. */
  readonly start: number
  /** Offset of its end; the picture data follow the header of a scan. */
  readonly end: number
}

const START_OF_IMAGE_BYTES = 2
const START_OF_SCAN = 0xda
const END_OF_IMAGE = 0xd9
// Each may bring tables, which cost more time than their length suggests.
const MAX_MARKERS = 10_000

/**
 * Every segment of a JPEG up to and including its end, also those between scans; skips restart markers and stray bytes.
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

/** The parts of a JPEG that may trouble a decoder. */
export interface JpegOutline {
  /** Whether it has its end marker; more bytes may follow. */
  readonly isWhole: boolean
  /** The same picture without the parts of its headers that decoders complain about: stray bytes, a later version. */
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
