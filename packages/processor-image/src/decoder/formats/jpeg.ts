import type { Bytes } from '../file-bytes.ts'

/** A segment of a JPEG up to its picture data. */
interface JpegSegment {
  readonly marker: number
  /** Offset of its data, after its length. */
  readonly at: number
  readonly length: number
}

const START_OF_IMAGE_BYTES = 2
const START_OF_SCAN = 0xda
const END_OF_IMAGE = 0xd9
// No real picture has more of them.
const MAX_STRAY_BYTES = 4096

/** The segments of a JPEG in their order, including the first scan's header; skips stray bytes between them. */
async function* jpegSegments(bytes: Bytes): AsyncGenerator<JpegSegment> {
  let strays = 0
  for (let at = START_OF_IMAGE_BYTES; strays < MAX_STRAY_BYTES; ) {
    const head = await bytes.read(at, 4)
    if (head.byteLength < 4) return
    const marker = head[1] ?? 0
    if (head[0] !== 0xff || marker === 0 || marker === 0xff) {
      at += 1
      strays += 1
      continue
    }
    if (marker === END_OF_IMAGE) return
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2
      continue
    }
    const length = head.readUInt16BE(2)
    if (length < 2) return
    yield { marker, at: at + 4, length: length - 2 }
    if (marker === START_OF_SCAN) return
    at += 2 + length
  }
}

/** Whether a marker begins a frame, which says how the picture is coded. */
export function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

const ODD_CODINGS: Readonly<Record<number, string>> = {
  0xc3: 'a lossless JPEG',
  0xc5: 'a hierarchical JPEG',
  0xc6: 'a hierarchical JPEG',
  0xc7: 'a hierarchical lossless JPEG',
  0xcb: 'a lossless JPEG with arithmetic coding',
  0xcd: 'a hierarchical JPEG with arithmetic coding',
  0xce: 'a hierarchical JPEG with arithmetic coding',
  0xcf: 'a hierarchical lossless JPEG with arithmetic coding',
}

/**
 * The kind of a JPEG that its decoder does not support, although it reads the header of some; `null` for all others.
 */
export async function oddJpeg(bytes: Bytes): Promise<string | null> {
  for await (const { marker, at } of jpegSegments(bytes)) {
    if (!isStartOfFrame(marker)) continue
    const coding = ODD_CODINGS[marker]
    if (coding !== undefined) return coding
    const frame = await bytes.read(at, 6)
    const [precision = 8] = frame
    if (precision !== 8) return `a JPEG with ${precision} bits per sample`
    const components = frame[5] ?? 0
    return [1, 3, 4].includes(components) ? null : `a JPEG with ${components} components`
  }
  return null
}
