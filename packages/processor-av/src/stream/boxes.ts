import type { FileHandle } from 'node:fs/promises'

/** A box of an MP4 file, by its place. */
export interface PlacedBox {
  readonly type: string
  /** The byte where it begins. */
  readonly at: number
  /** In bytes, with its head. */
  readonly length: number
}

/** A box in memory: `bytes` are all of it, with its head. */
export interface Box {
  readonly type: string
  readonly bytes: Buffer
}

/** Says that a file is no MP4, or not one of the kind that is read here. */
export class BoxError extends Error {}

const HEAD_BYTES = 16
const SHORT_HEAD_BYTES = 8

/** The boxes of the outermost level, in order. Reads their heads alone. Throws {@link BoxError}. */
export async function* outerBoxes(file: Pick<FileHandle, 'read' | 'stat'>): AsyncGenerator<PlacedBox> {
  const { size } = await file.stat()
  const head = Buffer.alloc(HEAD_BYTES)
  let at = 0
  while (at < size) {
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, at)
    if (bytesRead < SHORT_HEAD_BYTES) throw new BoxError(`it ends within the head of a box at ${at}`)
    const length = lengthOf(head.subarray(0, bytesRead), size - at)
    if (length < SHORT_HEAD_BYTES || at + length > size) throw new BoxError(`its box at ${at} has a wrong length`)
    yield { type: head.toString('latin1', 4, 8), at, length }
    at += length
  }
}

// 1: the length is in 64 bits after the type. 0: up to the end of the file.
function lengthOf(head: Buffer, rest: number): number {
  const length = head.readUInt32BE(0)
  if (length === 0) return rest
  if (length !== 1) return length
  return head.length < HEAD_BYTES ? 0 : Number(head.readBigUInt64BE(8))
}

/** Reads one whole box. Throws {@link BoxError} if it has more than `maxBytes`. */
export async function readBox(
  file: Pick<FileHandle, 'read'>,
  { type, at, length }: PlacedBox,
  maxBytes: number,
): Promise<Buffer> {
  if (length > maxBytes) throw new BoxError(`its box ${type} at ${at} has ${length} bytes, more than ${maxBytes}`)
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at)
  if (bytesRead < length) throw new BoxError(`it ends within its box ${type} at ${at}`)
  return buffer
}

// Boxes that hold nothing but boxes.
const CONTAINERS = new Set(['moov', 'trak', 'edts', 'mdia', 'minf', 'stbl', 'mvex', 'moof', 'traf'])

/** All boxes within a box from a byte on, each container before its content. Throws {@link BoxError}. Pure. */
export function* innerBoxes(parent: Buffer, from: number = SHORT_HEAD_BYTES): Generator<Box> {
  let at = from
  while (at + SHORT_HEAD_BYTES <= parent.length) {
    const length = parent.readUInt32BE(at)
    if (length < SHORT_HEAD_BYTES || at + length > parent.length) {
      throw new BoxError('a box of its index leaves the box around it')
    }
    const bytes = parent.subarray(at, at + length)
    const type = parent.toString('latin1', at + 4, at + 8)
    yield { type, bytes }
    if (CONTAINERS.has(type)) yield* innerBoxes(bytes)
    at += length
  }
}
