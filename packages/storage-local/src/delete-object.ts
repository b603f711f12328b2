import type { BigIntStats } from 'node:fs'
import { lstat, unlink } from 'node:fs/promises'
import type { StorageCallOptions } from '@rindle/core'
import { attempt } from './attempt.ts'
import { hasErrno } from './errno.ts'
import type { StorageRoot } from './storage-root.ts'

const DELETES_AT_ONCE = 16

/** Removes the file of a key, its record, and the directories that become empty. Succeeds if there is none. */
export async function deleteObject(root: StorageRoot, key: string): Promise<void> {
  await root.assertThere()
  const found = await root.lookUp(() => findEntry(root, key))
  // A directory is not an object. Neither is a link, but it is in an object's place.
  if (found === undefined || found.stats.isDirectory()) return
  try {
    await unlink(found.path)
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'ENOTDIR')) throw error
    // Another call has deleted it, or the disk has gone: look again to tell which.
    return deleteObject(root, key)
  }
  await root.checksums.remove(found.path, found.stats)
  await root.prune(found.path)
}

async function findEntry(
  root: StorageRoot,
  key: string,
): Promise<{ readonly path: string; readonly stats: BigIntStats } | undefined> {
  const path = await root.locate(key)
  if (path === undefined) return undefined
  try {
    return { path, stats: await lstat(path, { bigint: true }) }
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

/** Removes as many as possible, a few at once; returns the failed keys with the reason. */
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
        await attempt(root, { operation: 'delete', key }, undefined, () => deleteObject(root, key))
      } catch (error) {
        failures.push({ key, error: error instanceof Error ? error : new Error(String(error)) })
      }
    }
  }
  await Promise.all(Array.from({ length: DELETES_AT_ONCE }, work))
  return failures
}
