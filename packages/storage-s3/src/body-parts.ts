import type { Readable } from 'node:stream'
import { type DeclaredBytes, declaredBytes, disposeChunk } from '@rindle/core/adapter'
import { partBuffer } from './part-buffer.ts'

/** A piece of a body. */
export interface BodyPart {
  /** From 1. */
  readonly partNumber: number
  readonly bytes: Buffer
  /** How long the body is up to the end of this part. */
  readonly endByte: number
  /** The whole body has been read, and is what it was declared to be. */
  readonly isLast: boolean
}

/** How a body is cut, and what it was declared to be. */
export interface CutOptions extends DeclaredBytes {
  /** For messages. */
  readonly key: string
  readonly partBytes: number
  /** @default false */
  readonly disposeChunks?: boolean
}

/**
 * Cuts a body into parts of `partBytes`; the last, which there always is, has what is left. Reads no further
 * than the parts that are asked for. Throws `checksum_mismatch` as soon as the body is longer than declared, and
 * instead of the last part when it is shorter or its SHA-256 is another.
 */
export async function* cutBody(
  body: Readable,
  { key, partBytes, disposeChunks = false, ...declared }: CutOptions,
): AsyncGenerator<BodyPart, void> {
  const check = declaredBytes(key, declared)
  const part = partBuffer(partBytes)
  let partNumber = 1
  let endByte = 0
  for await (const chunk of body as AsyncIterable<string | Uint8Array>) {
    const bytes = bytesOf(chunk)
    let rest = bytes
    check.update(rest)
    while (rest.byteLength > 0) {
      // Only with more in hand it is known that a full part is not the last.
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
