import { lstat, unlink } from 'node:fs/promises'
import type { StorageCallOptions } from '@rindle/core'
import { attempt } from './attempt.ts'
import { hasErrno } from './errno.ts'
import type { StorageRoot } from './storage-root.ts'

const DELETES_AT_ONCE = 16

/** Removes the file of a key, and the directories that it leaves empty. Success when there is none. */
export async function deleteObject(root: StorageRoot, key: string): Promise<void> {
  const path = await root.locate(key)
  if (path === undefined) return
  try {
    await unlink(path)
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return
    // A directory is no object. Linux says EISDIR for it, others EPERM, which has other meanings too.
    if (hasErrno(error, 'EISDIR', 'EPERM') && (await lstat(path)).isDirectory()) return
    throw error
  }
  await root.prune(path)
}

/** Removes what it can, a few at once; gives the keys that are left, with the reason. */
export async function deleteObjects(
  root: StorageRoot,
  keys: readonly string[],
  { signal }: StorageCallOptions,
): Promise<readonly { readonly key: string; readonly error: Error }[]> {
  signal?.throwIfAborted()
  const failures: { key: string; error: Error }[] = []
  const queue = keys.values()
  const work = async (): Promise<void> => {
    for (const key of queue) {
      signal?.throwIfAborted()
      try {
        await attempt({ operation: 'delete', key }, undefined, () => deleteObject(root, key))
      } catch (error) {
        failures.push({ key, error: error instanceof Error ? error : new Error(String(error)) })
      }
    }
  }
  await Promise.all(Array.from({ length: DELETES_AT_ONCE }, work))
  return failures
}
