import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { codeOf } from '../domain/error-text.ts'
import { isRindleError, RindleError } from '../domain/errors.ts'
import type { StorageAdapter, StoredBody, StoredObject } from '../ports/storage.ts'

/** An object to copy under its own key. */
export interface CopiedObject {
  readonly key: string
  readonly byteSize: number
  readonly contentType: string
  /** Lower-case hex, if it is known. */
  readonly checksumSha256: string | null
}

/** The storages of a copy. */
export interface Ends {
  readonly from: StorageAdapter
  readonly to: StorageAdapter
  readonly signal: AbortSignal | undefined
}

/** Smaller objects are read once: their SHA-256 has to be known before they are put. */
const READ_AT_ONCE_BYTES = 8 * 1024 * 1024

/**
 * Copies an object from one storage to another, and compares the copy with its source by size and SHA-256: the put is
 * bound to the hash, so a copy with other bytes never appears. Within one store the store copies, and its hash of the
 * copy is compared. An etag proves nothing, because it depends on how an object was sent. Overwrites, so it is safe to
 * repeat. `storage_object_missing` if the source is gone; `checksum_mismatch` if the source or the copy differs from what
 * is known of it.
 */
export async function copyAcross(ends: Ends, object: CopiedObject): Promise<StoredObject> {
  const { from, to } = ends
  const isOneStore = from.place !== undefined && from.place.store === to.place?.store && to.copyFrom !== undefined
  const copied = isOneStore ? await copyInside(ends, object) : undefined
  return copied ?? (await readAndPut(ends, object))
}

/** `undefined` if the store cannot copy it in one step, or may not read there. */
async function copyInside({ from, to, signal }: Ends, object: CopiedObject): Promise<StoredObject | undefined> {
  const { key, contentType } = object
  const { place } = from
  if (place === undefined) return undefined
  const options = signal === undefined ? {} : { signal }
  try {
    const stored = await to.copyFrom?.(place, key, { contentType, ...options })
    if (stored === undefined) return undefined
    assertSize(object, stored)
    const expected = object.checksumSha256 ?? (await hashOf(from, key, signal))
    // Stores keep the hash of hashes of an object that came in parts: only the bytes decide.
    const isEqual = stored.checksumSha256 === expected || (await hashOf(to, key, signal)) === expected
    if (!isEqual) throw differs(object, 'The copy has another SHA-256 than its source.')
    return stored
  } catch (error) {
    if (isRindleError(error, 'storage_denied')) return undefined
    throw error
  }
}

async function readAndPut({ from, to, signal }: Ends, object: CopiedObject): Promise<StoredObject> {
  const { key, byteSize, contentType } = object
  const options = signal === undefined ? {} : { signal }
  const source = (await fileOf(from, object, signal)) ?? (await from.get(key, options))
  const put = (body: Readable, checksumSha256: string): Promise<StoredObject> =>
    to.put(key, body, { contentType, byteSize, checksumSha256, disposeChunks: true, ...options })
  if (source.byteSize !== byteSize) {
    source.body.destroy()
    throw differs(object, `It has ${source.byteSize} bytes, not ${byteSize}.`)
  }
  const known = object.checksumSha256 ?? source.checksumSha256
  if (known !== undefined) return put(source.body, known)
  if (byteSize <= READ_AT_ONCE_BYTES) {
    const bytes = await buffer(source.body)
    return put(Readable.from([bytes]), createHash('sha256').update(bytes).digest('hex'))
  }
  const checksum = await hashOfBody(source.body, signal)
  const again = await from.get(key, { ...options, ifMatch: source.etag })
  return put(again.body, checksum)
}

/**
 * A small file of a local storage, read at once: its stream would take a fifth of the CPU time of a move. `undefined` for
 * any other object, and for one that is not there: then `get` says why.
 */
async function fileOf(
  from: StorageAdapter,
  { key, byteSize }: CopiedObject,
  signal: AbortSignal | undefined,
): Promise<StoredBody | undefined> {
  if (!from.capabilities.has('local') || byteSize > READ_AT_ONCE_BYTES) return undefined
  const options = signal === undefined ? {} : { signal }
  const stored = await from.head(key, options)
  if (stored?.byteSize !== byteSize) return undefined
  try {
    return { ...stored, body: Readable.from([await readFile(from.localPath(key), options)]) }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

async function hashOf(storage: StorageAdapter, key: string, signal: AbortSignal | undefined): Promise<string> {
  const { body } = await storage.get(key, signal === undefined ? {} : { signal })
  return hashOfBody(body, signal)
}

async function hashOfBody(body: Readable, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(body, hash, signal === undefined ? {} : { signal })
  return hash.digest('hex')
}

function assertSize(object: CopiedObject, { byteSize }: StoredObject): void {
  if (byteSize !== object.byteSize) throw differs(object, `The copy has ${byteSize} bytes, not ${object.byteSize}.`)
}

function differs({ key }: CopiedObject, what: string): RindleError {
  return new RindleError('checksum_mismatch', `The object "${key}" was not copied. ${what}`, { details: { key } })
}
