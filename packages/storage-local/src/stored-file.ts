import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { extname } from 'node:path'
import { RindleError, type StoredObject } from '@rindle/core'
import { lookup } from 'mime-types'
import { hasErrno } from './errno.ts'
import type { StorageRoot } from './storage-root.ts'

/** What the storage knows of the object that a file is. */
export function describeFile(key: string, stats: BigIntStats): StoredObject {
  const contentType = lookup(extname(key))
  return {
    byteSize: Number(stats.size),
    contentType: contentType === false ? 'application/octet-stream' : contentType,
    etag: [stats.size, stats.mtimeNs, stats.ino].map((part) => part.toString(36)).join('-'),
    lastModified: stats.mtime,
  }
}

/** The object under a key, or `undefined`. Follows no link: `storage_denied`. */
export async function statObject(root: StorageRoot, key: string): Promise<StoredObject | undefined> {
  const path = await root.locate(key)
  if (path === undefined) return undefined
  try {
    const stats = await lstat(path, { bigint: true })
    if (stats.isSymbolicLink()) throw linkRefused(key)
    return stats.isFile() ? describeFile(key, stats) : undefined
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

/**
 * Opens the file of a key for reading. Description and bytes come from the one open file, so that what was checked is
 * what is read, whatever is put under the key meanwhile. `storage_object_missing`; the caller closes the handle.
 */
export async function openObject(
  root: StorageRoot,
  key: string,
): Promise<{ handle: FileHandle; stored: StoredObject }> {
  const handle = await openToRead(root, key)
  try {
    const stats = await handle.stat({ bigint: true })
    if (!stats.isFile()) throw objectMissing(key)
    return { handle, stored: describeFile(key, stats) }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function openToRead(root: StorageRoot, key: string): Promise<FileHandle> {
  const path = await root.locate(key)
  if (path === undefined) throw objectMissing(key)
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    throw hasErrno(error, 'ENOENT', 'ENOTDIR') ? objectMissing(key) : error
  }
}

/** The error of reading what is not there. */
export function objectMissing(key: string): RindleError {
  return new RindleError('storage_object_missing', `Local storage holds no object "${key}".`, { details: { key } })
}

/** Throws `storage_precondition_failed` when an etag was expected and the object's is another. */
export function requireEtag(key: string, stored: StoredObject, ifMatch: string | undefined): void {
  if (ifMatch === undefined || stored.etag === ifMatch) return
  throw new RindleError('storage_precondition_failed', `The object "${key}" was replaced since its etag was read.`, {
    details: { key },
  })
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
