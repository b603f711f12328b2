import { once } from 'node:events'
import { ReadStream, read } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { hashingCheck } from '@rindle/core/adapter'
import { type ObjectSinkOptions, writeAll } from './object-sink.ts'

// Measured for files of 20 KB to 1.2 MB: 0.4 times the CPU time of a pipeline, which allocates each chunk and goes
// through the event loop several times for it. With 64 KiB it is 0.7 times; with 1 MiB 0.5 times.
const BUFFER_BYTES = 256 * 1024
/** Copies beyond this many at once allocate buffers of their own. */
const MOST_KEPT = 4

const keptBuffers: Buffer[] = []
const readNext = promisify(read)

/** Whether a body is the stream of a file, without an end of its own, that nobody has begun to read. */
export function isFileBody(body: Readable): body is ReadStream {
  if (!(body instanceof ReadStream) || typeof body.path !== 'string') return false
  const { start, end } = body as { readonly start?: number; readonly end?: number }
  const isWhole = start === undefined && (end === undefined || end === Number.POSITIVE_INFINITY)
  return isWhole && body.readableFlowing === null && !body.readableDidRead && !body.destroyed
}

/**
 * Copies a {@link isFileBody} into an open, empty file, without a chunk of memory for each part of it, and destroys it.
 * Returns the SHA-256 in lower-case hex. Throws as an `objectSink` does, and the body's own errors.
 */
export async function writeFileBody(
  body: ReadStream,
  handle: FileHandle,
  { key, expected, mapError }: Pick<ObjectSinkOptions, 'key' | 'expected' | 'mapError'>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const check = hashingCheck(key, expected)
  const buffer = keptBuffers.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES)
  try {
    if (body.pending) await once(body, 'open', { signal })
    for (let isEnd = false; !isEnd; ) {
      signal?.throwIfAborted()
      const { bytesRead } = await readNext(descriptorOf(body), buffer, 0, buffer.byteLength, null)
      const bytes = buffer.subarray(0, bytesRead)
      check.update(bytes)
      if (bytesRead > 0) await writeAll(handle, [bytes], mapError)
      isEnd = bytesRead === 0
    }
    return check.finish()
  } finally {
    if (keptBuffers.length < MOST_KEPT) keptBuffers.push(buffer)
    // Waits, because the caller may remove the file.
    const closed = body.closed ? undefined : once(body, 'close')
    body.destroy()
    await closed
  }
}

function descriptorOf(body: ReadStream): number {
  const { fd } = body as unknown as { readonly fd: number | null }
  if (fd === null) throw new Error(`The stream of ${String(body.path)} was closed while it was read.`)
  return fd
}
