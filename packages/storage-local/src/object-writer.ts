import { randomBytes } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RindleError } from '@rindle/core'
import type { FileVersion } from './checksum-records.ts'
import { hasErrno, isErrno } from './errno.ts'
import type { LocalStorageConfig } from './options.ts'
import type { StorageRoot } from './storage-root.ts'
import { syncDirectory } from './sync-directory.ts'

// An attempt fails only if a delete removes the still empty directory between its creation and its use.
const MAX_ATTEMPTS = 50

const PERMISSIONS = 0o7777n

/** A file that becomes an object, or nothing. End it with either `commit` or `discard`. */
export interface ObjectWriter {
  /** The temporary file, empty at first, in the future directory of the object. */
  readonly path: string
  readonly handle: FileHandle
  /** Puts the file in the object's place, atomically, with the record of its SHA-256 if that is known. */
  commit(checksumSha256: string | undefined): Promise<BigIntStats>
  /** Removes the file, as far as possible, and the directories left empty. Safe after a failed `commit`. */
  discard(): Promise<void>
}

/** Begins an object: an empty temporary file beside its place. */
export async function openObjectWriter(
  root: StorageRoot,
  key: string,
  { fileMode, fsync }: LocalStorageConfig,
): Promise<ObjectWriter> {
  const { target, path, handle } = await openTemporary(root, key, fsync)
  return {
    path,
    handle,
    async commit(checksumSha256) {
      await handle.utimes(new Date(), exactSeconds())
      return putInPlace(root, { path, handle }, { target, checksumSha256, fileMode, fsync })
    },
    async discard() {
      try {
        await handle.close()
        await rm(path, { force: true })
        await root.prune(path)
      } catch (error) {
        // The caller must see the original error. A leftover temporary file is not an object, and a sweep finds it.
        if (!isErrno(error)) throw error
      }
    },
  }
}

/** A file that does not have the name of an object yet. */
type UnnamedFile = Pick<ObjectWriter, 'path' | 'handle'>

/** The place of a file, and the settings for it. */
type Place = Pick<LocalStorageConfig, 'fileMode' | 'fsync'> & {
  readonly target: string
  readonly checksumSha256?: string | undefined
}

/**
 * Closes a complete file and gives it the name of the object, atomically, with the record of its SHA-256 if that is
 * known. Keeps its time, which identifies its version: if two calls put one file in place, the slower one must not
 * turn an object in use into another version.
 */
export async function putInPlace(
  root: StorageRoot,
  { path, handle }: UnnamedFile,
  { target, checksumSha256, fileMode, fsync }: Place,
): Promise<BigIntStats> {
  const stats = await handle.stat({ bigint: true })
  if (Number(stats.mode & PERMISSIONS) !== fileMode) await handle.chmod(fileMode)
  if (fsync) await handle.sync()
  await handle.close()
  const replaced = await versionAt(target)
  try {
    if (checksumSha256 !== undefined) await root.checksums.write(target, stats, checksumSha256)
    await rename(path, target)
  } catch (error) {
    if (checksumSha256 !== undefined) await root.checksums.remove(target, stats)
    throw error
  }
  if (replaced !== undefined) await root.checksums.remove(target, replaced)
  if (fsync) await syncDirectory(dirname(target))
  return stats
}

async function versionAt(path: string): Promise<FileVersion | undefined> {
  try {
    return await lstat(path, { bigint: true })
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

async function openTemporary(
  root: StorageRoot,
  key: string,
  isDurable: boolean,
): Promise<UnnamedFile & { readonly target: string }> {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW
  // No key has a segment that begins with a dot, so this is never an object's file.
  const name = `.rindle-${randomBytes(12).toString('hex')}.tmp`
  const openIn = async (target: string): Promise<UnnamedFile & { readonly target: string }> => {
    const path = join(dirname(target), name)
    return { target, path, handle: await open(path, flags, 0o600) }
  }
  return openPrepared(root, key, openIn, isDurable)
}

/**
 * Opens a new file at the path of a key or beside it, and creates the directory for it if that is absent: on the disk, if
 * `isDurable` or the option `fsync` says so. Checks afterwards that the open file lies in the root.
 */
export async function openPrepared<T extends UnnamedFile>(
  root: StorageRoot,
  key: string,
  openFile: (path: string) => Promise<T>,
  isDurable?: boolean,
): Promise<T> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    try {
      const opened = await openFile(await root.prepare(key, isDurable))
      await assertInRoot(root, opened)
      return opened
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw error
    }
  }
  throw new RindleError('storage_unavailable', `Local storage: the directory of "${key}" keeps being removed.`, {
    details: { key },
  })
}

/**
 * Checks that the disk has not gone since the directory was prepared, which would put the file below its mount point.
 */
async function assertInRoot(root: StorageRoot, { path, handle }: UnnamedFile): Promise<void> {
  try {
    await root.assertThere()
  } catch (error) {
    await handle.close()
    await rm(path, { force: true })
    await root.prune(path)
    throw error
  }
}

// Size, inode and time distinguish every version of a file. Kernels stamp files with a coarse clock (4 ms) and reuse a
// freed inode at once, so two objects written in a row could look alike; so the time is set here, with the microseconds
// of another clock.
function exactSeconds(): number {
  const submillisecond = Number(process.hrtime.bigint() % 1_000_000n) / 1_000_000
  return (Date.now() + submillisecond) / 1000
}
