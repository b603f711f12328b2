import type { FileHandle } from 'node:fs/promises'
import { RindleError } from '@rindle/core'

/** A box of a film by its place in the file. */
export interface MovieBox {
  readonly type: string
  readonly at: number
  /** Where its content begins. */
  readonly body: number
  readonly end: number
}

/** Bytes behind the last box, which some cameras append to the file. */
export const TRAILER = ''

const HEAD_BYTES = 16
const SHORT_HEAD_BYTES = 8
/** A film of ten hours in fragments of a second has fewer. */
const MAX_BOXES = 400_000

/** An open film, of which no more than a few bytes are in memory. */
export class MovieFile {
  readonly byteSize: number
  readonly #file: FileHandle
  #boxes = 0

  constructor(file: FileHandle, byteSize: number) {
    this.#file = file
    this.byteSize = byteSize
  }

  /** `corrupt_media` if the file ends before. */
  async read(at: number, length: number): Promise<Buffer> {
    const { bytesRead, buffer } = await this.#file.read(Buffer.alloc(length), 0, length, at)
    if (bytesRead === length) return buffer
    throw endsWithin(`the bytes from ${at} to ${at + length}`)
  }

  /**
   * The boxes from `from` to `to`, in order. QuickTime may end such a list with four zeros. With `known`, bytes at the end
   * that are none of these boxes come last, as {@link TRAILER}. `corrupt_media`.
   */
  async *boxes(from: number, to: number, known?: ReadonlySet<string>): AsyncGenerator<MovieBox> {
    for (let at = from; at + SHORT_HEAD_BYTES <= to; ) {
      this.#boxes += 1
      if (this.#boxes > MAX_BOXES) throw notRemovable(`it has more than ${MAX_BOXES} boxes`)
      const box = await this.#boxAt(at, to)
      const isBox = box.end >= box.body && box.end <= to
      const isTrailer = !isBox && known?.has(box.type) === false
      if (!isBox && !isTrailer) throw endsWithin(`its box ${JSON.stringify(box.type)} at ${at}`)
      yield isTrailer ? { type: TRAILER, at, body: at, end: to } : box
      at = isTrailer ? to : box.end
    }
  }

  /** The box at a place; its end may lie behind the end of the file. */
  async #boxAt(at: number, to: number): Promise<MovieBox> {
    const head = await this.read(at, Math.min(HEAD_BYTES, to - at))
    const type = head.toString('latin1', 4, 8)
    const short = head.readUInt32BE(0)
    const isLong = short === 1 && head.length === HEAD_BYTES
    const length = isLong ? Number(head.readBigUInt64BE(8)) : short === 0 ? to - at : short
    const headBytes = isLong ? HEAD_BYTES : SHORT_HEAD_BYTES
    return { type, at, body: at + headBytes, end: at + length }
  }
}

/** The file ends, or a box of it, before a part that it holds. */
function endsWithin(what: string): RindleError {
  return new RindleError('corrupt_media', `The file is damaged: it ends within ${what}.`)
}

/** Metadata that has to go is in a place from which it cannot be removed without loss. */
export function notRemovable(why: string): RindleError {
  return new RindleError('metadata_not_removable', `Its metadata cannot be removed without loss: ${why}.`)
}
