import { createHash } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { extname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { RindleError, type StoredObject } from '@rindle/core'
import { etagDiffers } from '@rindle/core/adapter'
import { lookup } from 'mime-types'
import type { FileVersion } from './checksum-records.ts'
import { hasErrno } from './errno.ts'
import type { StorageRoot } from './storage-root.ts'

const HASHED_BYTES = 1024 * 1024

/** Describes the object of a file; with its SHA-256, if that is kept. */
export function describeFile(key: string, stats: BigIntStats, checksumSha256?: string): StoredObject {
  const contentType = lookup(extname(key))
  return {
    byteSize: Number(stats.size),
    contentType: contentType === false ? 'application/octet-stream' : contentType,
    etag: checksumSha256 ?? versionEtag(stats),
    ...(checksumSha256 === undefined ? {} : { checksumSha256 }),
    lastModified: stats.mtime,
  }
}

/** The object under a key, or `undefined`. Follows no link: `storage_denied`. */
export async function statObject(root: StorageRoot, key: string): Promise<StoredObject | undefined> {
  for (;;) {
    const found = await root.lookUp(() => statFile(root, key))
    if (found === undefined) return undefined
    const { path, stats } = found
    const checksumSha256 = await root.checksums.read(path, stats)
    if (checksumSha256 !== undefined || (await isStill(path, stats))) return describeFile(key, stats, checksumSha256)
  }
}

/** An object that is open for reading. */
export interface OpenObject {
  readonly handle: FileHandle
  readonly stats: BigIntStats
  readonly stored: StoredObject
}

/**
 * Opens the file of a key for reading. Description and bytes come from the same open file, so the checked bytes are the
 * ones that are read, whatever is put under the key meanwhile. With `ifMatch`, `storage_precondition_failed` if the
 * object has another etag. `storage_object_missing`; the caller closes the handle.
 */
export async function openObject(root: StorageRoot, key: string, ifMatch?: string): Promise<OpenObject> {
  for (;;) {
    const opened = await tryToOpen(root, key)
    if (opened === undefined) continue
    try {
      await requireEtag(key, opened, ifMatch)
      return opened
    } catch (error) {
      await opened.handle.close()
      throw error
    }
  }
}

/** Whether the file at a path still has these stats, and no other file has taken its place. */
export async function isStill(path: string, stats: FileVersion): Promise<boolean> {
  try {
    const now = await lstat(path, { bigint: true })
    return now.ino === stats.ino && now.size === stats.size && now.mtimeNs === stats.mtimeNs
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}

/** `undefined` if the object was replaced in between, and its record is gone with it. */
async function tryToOpen(root: StorageRoot, key: string): Promise<OpenObject | undefined> {
  const found = await root.lookUp(() => openToRead(root, key))
  if (found === undefined) throw objectMissing(key)
  const { path, handle } = found
  try {
    const stats = await handle.stat({ bigint: true })
    if (!stats.isFile()) throw objectMissing(key)
    const checksumSha256 = await root.checksums.read(path, stats)
    if (checksumSha256 !== undefined || (await isStill(path, stats))) {
      return { handle, stats, stored: describeFile(key, stats, checksumSha256) }
    }
    await handle.close()
    return undefined
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function statFile(
  root: StorageRoot,
  key: string,
): Promise<{ readonly path: string; readonly stats: BigIntStats } | undefined> {
  const path = await root.locate(key)
  if (path === undefined) return undefined
  try {
    const stats = await lstat(path, { bigint: true })
    if (stats.isSymbolicLink()) throw linkRefused(key)
    return stats.isFile() ? { path, stats } : undefined
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

async function openToRead(
  root: StorageRoot,
  key: string,
): Promise<{ readonly path: string; readonly handle: FileHandle } | undefined> {
  const path = await root.locate(key)
  if (path === undefined) return undefined
  try {
    return { path, handle: await open(path, constants.O_RDONLY | constants.O_NOFOLLOW) }
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

/** The error of reading a missing object. */
export function objectMissing(key: string): RindleError {
  return new RindleError('storage_object_missing', `Local storage holds no object "${key}".`, { details: { key } })
}

/**
 * The etag of a file whose SHA-256 is not kept: no other version has it, even with the same bytes. Earlier versions
 * gave it to every object, and their rows still ask for it.
 */
function versionEtag({ size, mtimeNs, ino }: FileVersion): string {
  return [size, mtimeNs, ino].map((part) => part.toString(36)).join('-')
}

/** Throws `storage_precondition_failed` if an etag was expected and the object has another. */
async function requireEtag(
  key: string,
  { handle, stats, stored }: OpenObject,
  ifMatch: string | undefined,
): Promise<void> {
  if (ifMatch === undefined || ifMatch === stored.etag || ifMatch === versionEtag(stats)) return
  // If a record was lost, for example in a backup, the bytes are read again; no upload is lost.
  const isRecordLost = stored.checksumSha256 === undefined && /^[0-9a-f]{64}$/.test(ifMatch)
  if (isRecordLost && (await checksumOf(handle)) === ifMatch) return
  throw etagDiffers(key)
}

async function checksumOf(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(handle.createReadStream({ start: 0, autoClose: false, highWaterMark: HASHED_BYTES }), hash)
  return hash.digest('hex')
}

function linkRefused(key: string): RindleError {
  return new RindleError(
    'storage_denied',
    `Local storage: the file of "${key}" is a symbolic link; it is not followed.`,
    {
      details: { key },
    },
  )
}
