import type { FileHandle } from 'node:fs/promises'
import type { FilePiece, MetadataRemoval } from '@rindle/core/adapter'
import { exifAfter } from './exif.ts'
import { endsWithin, notRemovable, readBytes } from './read-bytes.ts'

const WINDOW_BYTES = 256 * 1024
const EXIF_HEAD = Buffer.from('Exif\0\0', 'latin1')
/** A camera writes some dozens. */
const MAX_SEGMENTS = 100_000

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const APP0 = 0xe0
const APP1 = 0xe1
const APP15 = 0xef
const COM = 0xfe

/** Application data without which the colours would be others. */
const KEPT: Readonly<Record<number, string>> = { 0xe0: 'JFIF\0', 0xe2: 'ICC_PROFILE\0', 0xee: 'Adobe' }

/**
 * The pieces of a JPEG without its metadata. Comments and application data go, and so does everything after the end of
 * the picture: videos of motion photos, gain maps, further pictures. The pixels of the picture are not touched.
 */
export async function jpegPieces(
  file: FileHandle,
  byteSize: number,
  removal: MetadataRemoval,
): Promise<readonly FilePiece[]> {
  const walk = new Walk(file, byteSize)
  const pieces: FilePiece[] = [{ start: 0, end: 2 }]
  let at = 2
  let hasExif = false
  for (let segments = 0; ; segments += 1) {
    if (segments > MAX_SEGMENTS) throw notRemovable(`the JPEG has more than ${MAX_SEGMENTS} segments`)
    const marker = await walk.marker(at)
    if (marker.code === EOI) return [...pieces, { start: marker.at, end: marker.at + 2 }]
    const end = marker.at + 2 + (await walk.segmentLength(marker))
    if (marker.code === APP1 && !hasExif) {
      const exif = await exifOf(file, marker.at, end)
      hasExif = exif !== null
      const left = exif === null ? null : exifAfter(exif, removal)
      if (left !== null) pieces.push(exifSegment(left))
    } else if (await isKept(file, marker, end)) {
      pieces.push({ start: marker.at, end })
    }
    at = end
    if (marker.code !== SOS) continue
    at = await walk.endOfScan(end)
    pieces.push({ start: end, end: at })
  }
}

interface Marker {
  readonly code: number
  readonly at: number
}

async function isKept(file: FileHandle, { code, at }: Marker, end: number): Promise<boolean> {
  if (code !== COM && (code < APP0 || code > APP15)) return true
  const name = KEPT[code]
  if (name === undefined || end - at < 4 + name.length) return false
  return (await readBytes(file, at + 4, name.length)).toString('latin1') === name
}

/** The EXIF block of a segment; `null` if it holds something else, such as XMP. */
async function exifOf(file: FileHandle, at: number, end: number): Promise<Buffer | null> {
  const segment = await readBytes(file, at, end - at)
  return segment.subarray(4, 10).equals(EXIF_HEAD) ? segment.subarray(10) : null
}

function exifSegment(tiff: Buffer): Buffer {
  const head = Buffer.from([0xff, APP1, 0, 0])
  head.writeUInt16BE(2 + EXIF_HEAD.length + tiff.length, 2)
  return Buffer.concat([head, EXIF_HEAD, tiff])
}

/** Walks over a JPEG with one window of bytes in memory. */
class Walk {
  readonly #file: FileHandle
  readonly #byteSize: number
  #window: Buffer = Buffer.alloc(0)
  #from = 0

  constructor(file: FileHandle, byteSize: number) {
    this.#file = file
    this.#byteSize = byteSize
  }

  /** The next marker. Decoders skip other bytes before it, so these go. */
  async marker(at: number): Promise<Marker> {
    for (let next = at; ; next += 1) {
      next = await this.#find(next)
      const code = await this.#byte(next + 1)
      const isMarker = code !== 0x00 && code !== 0xff && code !== SOI && !isRestart(code) && code !== 0x01
      if (isMarker) return { code, at: next }
    }
  }

  /** The length of a segment after its marker. */
  async segmentLength({ at }: Marker): Promise<number> {
    const length = (await this.#byte(at + 2)) * 256 + (await this.#byte(at + 3))
    if (length < 2 || at + 2 + length > this.#byteSize) throw endsWithin(`a segment of the JPEG at ${at}`)
    return length
  }

  /** Where the compressed data that begin at `at` end: at the next marker that is not part of them. */
  async endOfScan(at: number): Promise<number> {
    for (let next = at; ; ) {
      await this.#load(next)
      const { at: place, isFound } = markerAfterScan(this.#window, next - this.#from)
      next = this.#from + place
      if (isFound) return next
      if (next + 1 >= this.#byteSize) throw endsWithin('the picture of the JPEG')
      // A first half of a marker at the end of the window.
      if (place < this.#window.length) this.#window = Buffer.alloc(0)
    }
  }

  /** The place of the next 0xff. */
  async #find(at: number): Promise<number> {
    for (let from = at; ; from = this.#from + this.#window.length) {
      await this.#load(from)
      const found = this.#window.indexOf(0xff, from - this.#from)
      if (found !== -1) return this.#from + found
    }
  }

  async #byte(at: number): Promise<number> {
    await this.#load(at)
    return this.#window[at - this.#from] ?? 0
  }

  async #load(at: number): Promise<void> {
    if (at >= this.#from && at < this.#from + this.#window.length) return
    if (at >= this.#byteSize) throw endsWithin('the picture of the JPEG')
    this.#window = await readBytes(this.#file, at, Math.min(WINDOW_BYTES, this.#byteSize - at))
    this.#from = at
  }
}

/** The place in a window of the marker that ends compressed data, or where to go on looking for it. */
function markerAfterScan(window: Buffer, from: number): { readonly at: number; readonly isFound: boolean } {
  for (let at = from; ; ) {
    at = window.indexOf(0xff, at)
    if (at === -1) return { at: window.length, isFound: false }
    const code = window[at + 1]
    if (code === undefined) return { at, isFound: false }
    if (code === 0x00 || isRestart(code)) at += 2
    else if (code === 0xff) at += 1
    else return { at, isFound: true }
  }
}

function isRestart(code: number): boolean {
  return code >= 0xd0 && code <= 0xd7
}
