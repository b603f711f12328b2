import { statfs } from 'node:fs/promises'
import type { Finding } from '@rindle/core'
import { hasErrno } from './errno.ts'
import type { LocalStorageConfig } from './options.ts'

const LEAST_FREE_BYTES = 1024 ** 3

/** Checks the disk below the root: an empty rest would fail every upload. */
export async function* diagnose({ directory }: LocalStorageConfig): AsyncGenerator<Finding> {
  let freeBytes: number
  try {
    const { bavail, bsize } = await statfs(directory)
    freeBytes = bavail * bsize
  } catch (error) {
    // That the root is not there, whoever puts something into it is told.
    if (hasErrno(error, 'ENOENT')) return
    throw error
  }
  yield spaceFinding(freeBytes)
}

/** Judges what is free. Pure. */
export function spaceFinding(freeBytes: number): Finding {
  const id = 'storage.space'
  const summary = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB are free where the objects lie`
  if (freeBytes >= LEAST_FREE_BYTES) return { id, status: 'ok', summary }
  return { id, status: 'warn', summary, fix: 'Free space there, or move the root directory to a larger disk.' }
}
