import { statfs } from 'node:fs/promises'
import type { Finding, StorageDiagnosisContext } from '@rindle/core/adapter'
import { hasErrno } from './errno.ts'
import type { LocalStorageConfig } from './options.ts'
import type { StorageRoot } from './storage-root.ts'

const LEAST_FREE_BYTES = 1024 ** 3

/** Checks whether the root is the one that was used before, and the free space: a full disk would fail every upload. */
export async function* diagnose(
  root: StorageRoot,
  { directory }: LocalStorageConfig,
  { known }: StorageDiagnosisContext,
): AsyncGenerator<Finding> {
  const finding = await root.diagnose(known)
  if (finding !== undefined) yield finding
  // The space of another disk means nothing.
  if (finding?.status === 'error') return
  let freeBytes: number
  try {
    const { bavail, bsize } = await statfs(directory)
    freeBytes = bavail * bsize
  } catch (error) {
    // A missing root is reported to callers that put something into it.
    if (hasErrno(error, 'ENOENT')) return
    throw error
  }
  yield spaceFinding(freeBytes)
}

/** Judges the free space. Pure. */
export function spaceFinding(freeBytes: number): Finding {
  const id = 'storage.space'
  const summary = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB are free on the disk of the objects`
  if (freeBytes >= LEAST_FREE_BYTES) return { id, status: 'ok', summary }
  return { id, status: 'warn', summary, fix: 'Free space there, or move the root directory to a larger disk.' }
}
