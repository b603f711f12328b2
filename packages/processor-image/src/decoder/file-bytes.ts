import { type FileHandle, open } from 'node:fs/promises'

/** Bytes that are read in pieces. */
export interface Bytes {
  readonly byteSize: number
  /** Up to `length` bytes from `at` on: fewer at the end. */
  read(at: number, length: number): Promise<Buffer>
}

const BLOCK_BYTES = 64 * 1024

/**
 * Reads pieces of a file in `work`, and closes it. Rejects with the error of the system, or with that of `work`. Without
 * `using`, which Node 22 does not know: its decoder processes run this source unchanged.
 */
export async function readingFile<Result>(path: string, work: (bytes: Bytes) => Promise<Result>): Promise<Result> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    return await work(new FileBytes(file, size))
  } finally {
    await file.close()
  }
}

/** A file that is read in pieces; small pieces come from one cached block, because headers are many and close together. */
class FileBytes implements Bytes {
  readonly byteSize: number
  readonly #file: FileHandle
  #block: Buffer = Buffer.alloc(0)
  #blockAt = 0

  constructor(file: FileHandle, byteSize: number) {
    this.#file = file
    this.byteSize = byteSize
  }

  async read(at: number, length: number): Promise<Buffer> {
    if (length > BLOCK_BYTES) return this.#readFile(at, length)
    if (at < this.#blockAt || at + length > this.#blockAt + this.#block.byteLength) {
      this.#block = await this.#readFile(at, BLOCK_BYTES)
      this.#blockAt = at
    }
    const start = at - this.#blockAt
    return this.#block.subarray(start, start + length)
  }

  async #readFile(at: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.byteSize - at))
    const buffer = Buffer.allocUnsafe(wanted)
    const { bytesRead } = await this.#file.read(buffer, 0, wanted, at)
    return buffer.subarray(0, bytesRead)
  }
}
