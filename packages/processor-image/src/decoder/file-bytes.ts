import { type FileHandle, open } from 'node:fs/promises'

/** Bytes that are read in pieces. */
export interface Bytes {
  readonly byteSize: number
  /** Up to `length` bytes from `at` on: fewer at the end. */
  read(at: number, length: number): Promise<Buffer>
}

const BLOCK_BYTES = 64 * 1024

/**
 * A file that is read in pieces; small pieces come from one cached block, because headers are many and close together.
 */
export class FileBytes implements Bytes, AsyncDisposable {
  readonly byteSize: number
  readonly #file: FileHandle
  #block: Buffer = Buffer.alloc(0)
  #blockAt = 0

  private constructor(file: FileHandle, byteSize: number) {
    this.#file = file
    this.byteSize = byteSize
  }

  /** Rejects with the error of the system. */
  static async open(path: string): Promise<FileBytes> {
    const file = await open(path)
    const { size } = await file.stat()
    return new FileBytes(file, size)
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close()
  }

  async #readFile(at: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.byteSize - at))
    const buffer = Buffer.allocUnsafe(wanted)
    const { bytesRead } = await this.#file.read(buffer, 0, wanted, at)
    return buffer.subarray(0, bytesRead)
  }
}
