import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { isRindleError, RindleError, type StoredObject } from '@rindle/core'
import {
  type AppendOptions,
  abortedOr,
  companionKey,
  normalizeKey,
  type ResumableState,
  type ResumableStorage,
} from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import { deleteObject } from './delete-object.ts'
import { hasErrno } from './errno.ts'
import { mapError } from './map-error.ts'
import { openPrepared, putInPlace } from './object-writer.ts'
import type { LocalStorageConfig } from './options.ts'
import { positionedSink } from './positioned-sink.ts'
import type { StorageRoot } from './storage-root.ts'
import { describeFile, objectMissing, statObject } from './stored-file.ts'

// A client may have to send the bytes of this period again if the process is killed.
const CHECKPOINT_MS = 1_000

const NOTHING_YET: ResumableState = { offset: 0, uploadId: null, notes: {} }

/**
 * Resumable uploads: one file beside the object's place grows, and gets its name at the end. Bytes that are yielded as
 * kept are on the disk, even without the option `fsync`, because no client sends them again.
 */
export function localResumable(root: StorageRoot, config: LocalStorageConfig): ResumableStorage {
  return {
    begin: async (key, { signal }) => {
      normalizeKey(key)
      signal?.throwIfAborted()
      return NOTHING_YET
    },
    append: (key, state, body, options = {}) => appendBody(root, { key, state, body }, options),
    finish: (key, state, { signal } = {}) =>
      attempt(root, { operation: 'resumable.finish', key }, signal, () => finishUpload(root, config, { key, state })),
    abort: (key, _state, { signal } = {}) =>
      attempt(root, { operation: 'resumable.abort', key }, signal, () => deleteObject(root, partialKey(key))),
  }
}

/** The state and the input of one append. */
interface Append {
  readonly key: string
  readonly state: ResumableState
  readonly body: Readable
}

interface OpenPartial {
  readonly path: string
  readonly handle: FileHandle
}

async function* appendBody(
  root: StorageRoot,
  { key, state, body }: Append,
  { signal, isWhole = false, disposeChunks = false }: AppendOptions,
): AsyncGenerator<ResumableState, void> {
  const call = { operation: 'resumable.append', key }
  // Without a listener, a body that fails before the pipeline starts would end the process; the pipeline reports it
  // later.
  body.on('error', () => {})
  const stop = new AbortController()
  const signals = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
  let partial: OpenPartial | undefined
  let written: Promise<unknown> = Promise.resolve()
  try {
    const { handle } = (partial = await attempt(root, call, signal, () => openPartial(root, { key, state })))
    const sink = positionedSink(handle, {
      start: state.offset,
      disposeChunks,
      mapError: (error) => mapError(error, call),
    })
    const writing = pipeline(body, sink.stream, { signal: signals })
    written = writing.catch(() => {})
    let keptBytes = state.offset
    for (let isDone = false; !isDone; ) {
      isDone = await endsWithin(writing, CHECKPOINT_MS)
      const offset = sink.offset()
      const isReport = isDone || (!isWhole && offset > keptBytes)
      if (!isReport) continue
      await attempt(root, call, signal, () => handle.datasync())
      keptBytes = offset
      yield { ...state, offset }
    }
  } catch (error) {
    throw abortedOr(error, signal)
  } finally {
    stop.abort()
    body.destroy()
    await written
    await partial?.handle.close()
  }
}

/** Whether the work ends within the time; rejects if it fails. */
async function endsWithin(work: Promise<void>, milliseconds: number): Promise<boolean> {
  const waiting = new AbortController()
  const time = delay(milliseconds, false, { signal: waiting.signal }).catch(() => false)
  try {
    return await Promise.race([work.then(() => true), time])
  } finally {
    waiting.abort()
  }
}

/** Opens the file with exactly the bytes of `state`: cuts off the bytes that a killed process wrote after them. */
async function openPartial(root: StorageRoot, { key, state }: Pick<Append, 'key' | 'state'>): Promise<OpenPartial> {
  const partial = await openFile(root, partialKey(key), state.offset === 0)
  try {
    const { size } = await partial.handle.stat()
    if (size < state.offset) throw bytesLost(key, state, size)
    if (size > state.offset) await partial.handle.truncate(state.offset)
    return partial
  } catch (error) {
    await partial.handle.close()
    throw error
  }
}

async function openFile(root: StorageRoot, key: string, isNew: boolean): Promise<OpenPartial> {
  const flags = constants.O_RDWR | constants.O_NOFOLLOW
  if (isNew) {
    const openNew = async (path: string): Promise<OpenPartial> => {
      return { path, handle: await open(path, flags | constants.O_CREAT, 0o600) }
    }
    return openPrepared(root, key, openNew, true)
  }
  const path = await root.locate(key)
  if (path === undefined) throw objectMissing(key)
  return { path, handle: await open(path, flags) }
}

async function finishUpload(
  root: StorageRoot,
  config: LocalStorageConfig,
  { key, state }: Pick<Append, 'key' | 'state'>,
): Promise<StoredObject> {
  try {
    const partial = await openPartial(root, { key, state })
    try {
      return describeFile(
        key,
        await putInPlace(root, partial, { ...config, fsync: true, target: await root.prepare(key) }),
      )
    } finally {
      await partial.handle.close()
    }
  } catch (error) {
    const isGone = hasErrno(error, 'ENOENT') || isRindleError(error, 'storage_object_missing')
    // Another call was first: the file already has its name.
    const stored = isGone ? await statObject(root, key) : undefined
    if (stored !== undefined) return stored
    throw error
  }
}

function partialKey(key: string): string {
  return companionKey(key, 'partial')
}

function bytesLost(key: string, { offset }: ResumableState, size: number): RindleError {
  return new RindleError(
    'storage_object_missing',
    `Local storage holds ${size} of the ${offset} bytes of the upload of "${key}".`,
    { details: { key } },
  )
}
