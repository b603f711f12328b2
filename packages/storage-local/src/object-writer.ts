import { randomBytes } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RindleError } from '@rindle/core'
import { hasErrno, isErrno } from './errno.ts'
import type { LocalStorageConfig } from './options.ts'
import { type StorageRoot, syncDirectory } from './storage-root.ts'

// Each attempt is lost only to a delete that removed the directory, still empty, between its making and its use.
const MAX_ATTEMPTS = 50

/** A file that becomes an object, or nothing. Either `commit` or `discard` ends it. */
export interface ObjectWriter {
  /** The temporary file, empty at first, in the directory where the object will be. */
  readonly path: string
  readonly handle: FileHandle
  /** Puts the file in the object's place, atomically. */
  commit(): Promise<BigIntStats>
  /** Removes the file, as far as it can, and the directories left empty. Safe after a failed `commit`. */
  discard(): Promise<void>
}

/** Begins an object: an empty temporary file beside its place. */
export async function openObjectWriter(
  root: StorageRoot,
  key: string,
  { fileMode, fsync }: LocalStorageConfig,
): Promise<ObjectWriter> {
  const { target, path, handle } = await openTemporary(root, key)
  return {
    path,
    handle,
    async commit() {
      await handle.utimes(new Date(), exactSeconds())
      return putInPlace({ path, handle }, target, { fileMode, fsync })
    },
    async discard() {
      try {
        await handle.close()
        await rm(path, { force: true })
        await root.prune(path)
      } catch (error) {
        // The caller must see what led here. A temporary file that stays is no object, and a sweep finds it.
        if (!isErrno(error)) throw error
      }
    },
  }
}

/**
 * Closes a file that is complete and gives it the name of the object, atomically. Leaves its time, and so the etag, as it
 * is: of two that put one file in place, the slower one would give an object that is in use another etag.
 */
export async function putInPlace(
  { path, handle }: Pick<ObjectWriter, 'path' | 'handle'>,
  target: string,
  { fileMode, fsync }: Pick<LocalStorageConfig, 'fileMode' | 'fsync'>,
): Promise<BigIntStats> {
  await handle.chmod(fileMode)
  if (fsync) await handle.sync()
  const stats = await handle.stat({ bigint: true })
  await handle.close()
  await rename(path, target)
  if (fsync) await syncDirectory(dirname(target))
  return stats
}

async function openTemporary(
  root: StorageRoot,
  key: string,
): Promise<{ target: string; path: string; handle: FileHandle }> {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW
  // No key has a segment that begins with a dot, so this is never an object's file.
  const name = `.rindle-${randomBytes(12).toString('hex')}.tmp`
  const openFile = (target: string): Promise<FileHandle> => open(join(dirname(target), name), flags, 0o600)
  const { path: target, handle } = await openPrepared(root, key, openFile)
  return { target, path: join(dirname(target), name), handle }
}

/** Opens a file at the path of a key or beside it, and makes the directory for it when that is absent. */
export async function openPrepared(
  root: StorageRoot,
  key: string,
  openFile: (path: string) => Promise<FileHandle>,
): Promise<{ path: string; handle: FileHandle }> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    try {
      const path = await root.prepare(key)
      return { path, handle: await openFile(path) }
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw error
    }
  }
  throw new RindleError('storage_unavailable', `Local storage: the directory of "${key}" keeps being removed.`, {
    details: { key },
  })
}

// Etags hold size, inode and time. Kernels stamp files with a coarse clock (4 ms) and use a freed inode at once, so two
// objects written in a row could look like one; the time is therefore set here, with the microseconds of another clock.
function exactSeconds(): number {
  const submillisecond = Number(process.hrtime.bigint() % 1_000_000n) / 1_000_000
  return (Date.now() + submillisecond) / 1000
}
