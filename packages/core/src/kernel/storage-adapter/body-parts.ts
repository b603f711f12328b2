import type { Readable } from 'node:stream'
import { disposeChunk } from '../disposable-chunks.ts'
import { type DeclaredBytes, declaredBytes } from './declared-bytes.ts'
import { partBuffer } from './part-buffer.ts'

/** A piece of a body. */
export interface BodyPart {
  /** From 1. */
  readonly partNumber: number
  readonly bytes: Buffer
  /** The length of the body up to the end of this part. */
  readonly endByte: number
  /** Whether the whole body has been read and matches its declaration. */
  readonly isLast: boolean
}

/** How to cut a body, and its declared size and checksum. */
export interface CutOptions extends DeclaredBytes {
  /** For messages. */
  readonly key: string
  /** The size of every part but the last. */
  readonly partBytes: number
  /** See `BodyOptions`. @default false */
  readonly disposeChunks?: boolean
}

/**
 * Cuts a body into parts of `partBytes`; the last one, which always exists, has the rest. Reads no further than the
 * requested parts. Throws `checksum_mismatch` as soon as the body is longer than declared, and instead of the last part
 * if it is shorter or has another SHA-256.
 */
export async function* cutBody(
  body: Readable,
  { key, partBytes, disposeChunks = false, ...declared }: CutOptions,
): AsyncGenerator<BodyPart, void> {
  const check = declaredBytes(key, declared)
  const part = partBuffer(partBytes, declared.byteSize)
  let partNumber = 1
  let endByte = 0
  for await (const chunk of body as AsyncIterable<string | Uint8Array>) {
    const bytes = bytesOf(chunk)
    let rest = bytes
    check.update(rest)
    while (rest.byteLength > 0) {
      // A full part is known not to be the last one only once more bytes have arrived.
      if (part.isFull()) {
        endByte += partBytes
        yield { partNumber, bytes: part.drain(), endByte, isLast: false }
        partNumber += 1
      }
      rest = part.fill(rest)
    }
    if (disposeChunks) disposeChunk(bytes)
  }
  check.finish()
  const bytes = part.drain()
  yield { partNumber, bytes, endByte: endByte + bytes.byteLength, isLast: true }
}

function bytesOf(chunk: string | Uint8Array): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
