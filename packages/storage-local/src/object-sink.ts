import type { FileHandle } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { type DeclaredBytes, disposeChunk, hashingCheck } from '@rindle/core/adapter'

// Measured: 1.7 times the throughput of the default of 16 KiB, because many chunks are written at a time.
const BUFFER_BYTES = 1024 * 1024

/** The options of a sink. */
export interface ObjectSinkOptions {
  /** For messages. */
  readonly key: string
  readonly expected: DeclaredBytes
  readonly disposeChunks: boolean
  /** Turns the error of a failed write into the error of the stream. */
  readonly mapError: (error: unknown) => unknown
}

/** A stream into an open file, and the checksum of its bytes. */
export interface ObjectSink {
  /**
   * Does not close the file. Fails with `checksum_mismatch` as soon as the body is longer than declared, and at its end
   * if it is shorter or has another SHA-256.
   */
  readonly stream: Writable
  /** Lower-case hex, once the stream has finished. */
  checksumSha256(): string
}

/** Opens a stream into an empty file. */
export function objectSink(
  handle: FileHandle,
  { key, expected, disposeChunks, mapError }: ObjectSinkOptions,
): ObjectSink {
  const check = hashingCheck(key, expected)
  let checksumSha256 = ''

  const take = async (chunks: readonly Buffer[]): Promise<void> => {
    for (const chunk of chunks) check.update(chunk)
    await writeAll(handle, chunks, mapError)
    if (disposeChunks) chunks.forEach(disposeChunk)
  }
  const finish = async (): Promise<void> => {
    checksumSha256 = check.finish()
  }
  const settle = (work: Promise<void>, callback: (error?: Error | null) => void): void => {
    work.then(() => callback(), callback)
  }

  const stream = new Writable({
    highWaterMark: BUFFER_BYTES,
    write: (chunk: Buffer, _encoding, callback) => settle(take([chunk]), callback),
    writev: (writes, callback) => settle(take(writes.map(({ chunk }) => chunk as Buffer)), callback),
    final: (callback) => settle(finish(), callback),
  })
  return { stream, checksumSha256: () => checksumSha256 }
}

/** Writes bytes that are in memory into an empty file. Returns their SHA-256; fails as {@link objectSink} does. */
export async function writeHeld(
  handle: FileHandle,
  bytes: Uint8Array,
  { key, expected, mapError }: Omit<ObjectSinkOptions, 'disposeChunks'>,
): Promise<string> {
  const check = hashingCheck(key, expected)
  check.update(bytes)
  const checksumSha256 = check.finish()
  await writeAll(handle, [bytes], mapError)
  return checksumSha256
}

/** Writes chunks one after the other. Rejects with the error that `mapError` makes of a failure. */
export async function writeAll(
  handle: FileHandle,
  chunks: readonly Uint8Array[],
  mapError: ObjectSinkOptions['mapError'],
): Promise<void> {
  const byteSize = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
  try {
    const { bytesWritten } = await handle.writev(chunks)
    // A nearly full disk takes only a part; the next write then reports why.
    if (bytesWritten < byteSize) await handle.writeFile(Buffer.concat(chunks).subarray(bytesWritten))
  } catch (error) {
    throw mapError(error)
  }
}
