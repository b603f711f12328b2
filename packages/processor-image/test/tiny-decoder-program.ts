// A decoder of a format of its own, for the tests of decoders besides sharp: the file is the JSON of what it is.
import { setTimeout as delay } from 'node:timers/promises'
import type { DecodedImage, DecoderRefusal, ImageHeader } from '../src/index.ts'

/** A file of the format. */
export interface TinyFile extends Omit<ImageHeader, 'icc' | 'decodedPixels'> {
  readonly decodedPixels?: number
  /** Base64; @default none */
  readonly icc?: string
  /** The samples of each pixel. */
  readonly pixel: readonly number[]
  /** What its decoder does instead of decoding; `hang` already at the header. @default nothing, it decodes */
  readonly fault?: 'hang' | 'refuse' | 'throw' | 'system' | 'crash' | 'grow' | 'leak'
}

export const version = 'tiny 1.0'

let held: Buffer[] = []
let isSpoilt = false

export async function readHeader(bytes: Uint8Array): Promise<ImageHeader | DecoderRefusal | null> {
  if (bytes[0] !== '{'.charCodeAt(0)) return null
  const { icc, pixel: _pixel, fault, ...header } = parse(bytes)
  if (fault === 'hang') await delay(60_000)
  return { decodedPixels: header.width * header.height, ...header, icc: profile(icc) }
}

export async function decode(bytes: Uint8Array): Promise<DecodedImage | DecoderRefusal> {
  const { width, height, channels, bits, icc, pixel, fault } = parse(bytes)
  // What is decoded in the thread after a fault is one too bright, to be seen.
  const error = isSpoilt ? 1 : 0
  isSpoilt ||= fault !== undefined && fault !== 'refuse'
  if (fault === 'refuse') return { refused: 'unsupported_codec', message: 'a tiny picture of an odd kind' }
  if (fault === 'throw') throw new Error('the tiny decoder is at its end')
  if (fault === 'system') throw new Error('unable to allocate 5 bytes')
  if (fault === 'crash') {
    setImmediate(() => {
      throw new Error('outside of the call')
    })
    await delay(60_000)
  }
  if (fault === 'grow') grow()
  if (fault === 'leak') held = [Buffer.alloc(200 * 1024 ** 2, 1)]
  const count = width * height * channels
  const values = Array.from({ length: count }, (_, index) => (pixel[index % channels] ?? 0) + error)
  return {
    samples: bits > 8 ? Uint16Array.from(values) : Uint8Array.from(values),
    width,
    height,
    channels,
    icc: profile(icc),
  }
}

export function heldBytes(): number {
  return held.reduce((total, { byteLength }) => total + byteLength, 0)
}

// Without giving the event loop a turn, as WebAssembly does.
function grow(): never {
  for (;;) held.push(Buffer.alloc(16 * 1024 ** 2, 1))
}

function parse(bytes: Uint8Array): TinyFile {
  return JSON.parse(Buffer.from(bytes).toString()) as TinyFile
}

function profile(icc: string | undefined): Uint8Array | null {
  return icc === undefined ? null : Uint8Array.from(Buffer.from(icc, 'base64'))
}
