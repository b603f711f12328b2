import type { FileHandle } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { disposeChunk } from '@rindle/core/adapter'

// Several chunks are written at a time. Smaller than for whole objects, because many clients send for a long time at
// once.
const BUFFER_BYTES = 256 * 1024

/** A stream into an open file from a position on. */
export interface PositionedSink {
  /** Does not close the file. A failed write fails it with the error of `mapError`. */
  readonly stream: Writable
  /** The end of the bytes written so far. */
  offset(): number
}

/** The options of a sink. */
export interface PositionedSinkOptions {
  /** The position of the first byte. */
  readonly start: number
  readonly disposeChunks: boolean
  /** Turns the error of a failed write into the error of the stream. */
  readonly mapError: (error: unknown) => unknown
}

/** Opens a stream into a file. */
export function positionedSink(
  handle: FileHandle,
  { start, disposeChunks, mapError }: PositionedSinkOptions,
): PositionedSink {
  let offset = start

  const take = async (chunks: readonly Buffer[]): Promise<void> => {
    const byteSize = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
    try {
      const { bytesWritten } = await handle.writev(chunks, offset)
      // A nearly full disk takes only a part; the next write then reports why.
      if (bytesWritten < byteSize)
        await writeRest(handle, Buffer.concat(chunks).subarray(bytesWritten), offset + bytesWritten)
    } catch (error) {
      throw mapError(error)
    }
    offset += byteSize
    if (disposeChunks) chunks.forEach(disposeChunk)
  }
  const settle = (work: Promise<void>, callback: (error?: Error | null) => void): void => {
    work.then(() => callback(), callback)
  }

  return {
    stream: new Writable({
      highWaterMark: BUFFER_BYTES,
      write: (chunk: Buffer, _encoding, callback) => settle(take([chunk]), callback),
      writev: (writes, callback) => settle(take(writes.map(({ chunk }) => chunk as Buffer)), callback),
    }),
    offset: () => offset,
  }
}

async function writeRest(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    done += (await handle.write(bytes, done, bytes.byteLength - done, position + done)).bytesWritten
  }
}
