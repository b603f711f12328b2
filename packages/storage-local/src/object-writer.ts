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
      await handle.chmod(fileMode)
      await handle.utimes(new Date(), exactSeconds())
      if (fsync) await handle.sync()
      const stats = await handle.stat({ bigint: true })
      await handle.close()
      await rename(path, target)
      if (fsync) await syncDirectory(dirname(target))
      return stats
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

async function openTemporary(
  root: StorageRoot,
  key: string,
): Promise<{ target: string; path: string; handle: FileHandle }> {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    try {
      const target = await root.prepare(key)
      // No key has a segment that begins with a dot, so this is never an object's file.
      const path = join(dirname(target), `.rindle-${randomBytes(12).toString('hex')}.tmp`)
      return { target, path, handle: await open(path, flags, 0o600) }
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
