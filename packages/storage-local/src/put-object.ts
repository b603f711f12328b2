import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { StoredObject } from '@rindle/core'
import { abortedOr, bytesIn, type PutOptions } from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import { isFileBody, writeFileBody } from './file-body.ts'
import { mapError } from './map-error.ts'
import { type ObjectSinkOptions, objectSink, writeHeld } from './object-sink.ts'
import { openObjectWriter } from './object-writer.ts'
import type { LocalStorageConfig } from './options.ts'
import type { StorageRoot } from './storage-root.ts'
import { describeFile } from './stored-file.ts'

/** Streams a body into a temporary file and puts that in place at the end; a failure leaves nothing. */
export async function putObject(
  root: StorageRoot,
  config: LocalStorageConfig,
  {
    key,
    body,
    signal,
    disposeChunks = false,
    isDurable = false,
    ...expected
  }: PutOptions & { readonly key: string; readonly body: Readable },
): Promise<StoredObject> {
  const call = { operation: 'put', key }
  // Without a listener, a body that fails before the pipeline starts would end the process; the pipeline reports it
  // later.
  body.on('error', () => {})
  try {
    const writer = await attempt(root, call, signal, () =>
      openObjectWriter(root, key, isDurable ? { ...config, fsync: true } : config),
    )
    try {
      // Outside of `attempt`: an error of the body belongs to the caller, even if it comes from the operating system.
      const target = { key, expected, disposeChunks, mapError: (error: unknown) => mapError(error, call) }
      const checksum = await writeBody(body, writer.handle, target, signal)
      return describeFile(key, await attempt(root, call, signal, () => writer.commit(checksum)), checksum)
    } catch (error) {
      await writer.discard()
      throw abortedOr(error, signal)
    }
  } catch (error) {
    body.destroy()
    throw error
  }
}

function writeBody(
  body: Readable,
  handle: FileHandle,
  target: ObjectSinkOptions,
  signal: AbortSignal | undefined,
): Promise<string> {
  const bytes = bytesIn(body)
  if (bytes !== undefined) {
    body.destroy()
    return writeHeld(handle, bytes, target)
  }
  if (isFileBody(body)) return writeFileBody(body, handle, target, signal)
  return writeStream(body, handle, target, signal)
}

async function writeStream(
  body: Readable,
  handle: FileHandle,
  options: ObjectSinkOptions,
  signal: AbortSignal | undefined,
): Promise<string> {
  const sink = objectSink(handle, options)
  await pipeline(body, sink.stream, { signal })
  return sink.checksumSha256()
}
