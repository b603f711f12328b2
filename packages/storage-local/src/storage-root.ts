import { chmod, mkdir, realpath, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RindleError } from '@rindle/core'
import { normalizeKey, readableKey } from '@rindle/core/adapter'
import { type ChecksumRecords, checksumRecords, removeStrayRecords } from './checksum-records.ts'
import { hasErrno } from './errno.ts'
import type { LocalStorageConfig } from './options.ts'
import { type RootGuard, rootGuard, rootMissing } from './root-guard.ts'
import { sharedRuns } from './shared-runs.ts'
import { syncDirectory } from './sync-directory.ts'

// Codes of rmdir for a directory that is in use, is a mount point, or is not ours to remove. It may stay: an empty
// directory is not an object.
const DIRECTORY_STAYS = ['ENOTEMPTY', 'EEXIST', 'EBUSY', 'EACCES', 'EPERM', 'EROFS']

/** The directory tree that holds the objects, and the only place that turns keys into paths. */
export interface StorageRoot extends RootGuard {
  /** The result of `find`; `undefined` only if the root exists and does not hold it. */
  lookUp<T>(find: () => Promise<T | undefined>): Promise<T | undefined>
  /** The path of a key, without I/O. */
  pathOf(key: string): string
  /** The path that the file of a key has if no directory of it is a link, without a look at it. */
  expectedPath(key: string): Promise<string>
  /** The path of a key whose directory exists and is reached through no symbolic link; otherwise `undefined`. */
  locate(key: string): Promise<string | undefined>
  /** The same for a directory below the root; '' is the root. */
  locateDirectory(directory: string): Promise<string | undefined>
  /**
   * The path of a key, whose directory is created if it is absent. A concurrent `prune` may remove it again: repeat
   * until a file in it is open. With `isDurable`, a new directory is on the disk, whatever the option `fsync` says.
   */
  prepare(key: string, isDurable?: boolean): Promise<string>
  /** Removes the directories above `path` that hold no object, up to the root. */
  prune(path: string): Promise<void>
  readonly checksums: ChecksumRecords
}

/** The root of a storage. Does no I/O by itself. */
export function storageRoot(config: LocalStorageConfig): StorageRoot {
  const { directory } = config
  const findRoot = rootFinder(directory)
  const guard = rootGuard(config, findRoot)

  const locateDirectory = async (relative: string): Promise<string | undefined> => {
    const expected = join(await findRoot(), relative)
    try {
      await refuseLinks(expected)
      return expected
    } catch (error) {
      if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
      throw error
    }
  }

  return {
    ...guard,
    async lookUp(find) {
      const found = await find()
      if (found !== undefined) return found
      await guard.assertThere()
      // Once more, because the disk may have come back between the look and the assertion.
      return find()
    },
    pathOf: (key) => join(directory, readableKey(key)),
    expectedPath: async (key) => join(await findRoot(), readableKey(key)),
    locateDirectory,
    async locate(key) {
      const relative = readableKey(key)
      const parent = await locateDirectory(dirname(relative))
      return parent === undefined ? undefined : join(await findRoot(), relative)
    },
    async prepare(key, isDurable = config.fsync) {
      await guard.assertThere()
      const root = await findRoot()
      const path = join(root, normalizeKey(key))
      await makeDirectory(dirname(path), root, { ...config, fsync: isDurable })
      return path
    },
    prune: async (path) => removeEmptyParents(path, await findRoot()),
    checksums: checksumRecords(config),
  }
}

function rootFinder(directory: string): () => Promise<string> {
  let found: string | undefined
  return async () => {
    try {
      found ??= await realpath(directory)
      return found
    } catch (error) {
      throw hasErrno(error, 'ENOENT') ? rootMissing(error) : error
    }
  }
}

async function makeDirectory(path: string, root: string, config: LocalStorageConfig): Promise<void> {
  try {
    return await refuseLinks(path)
  } catch (error) {
    if (path === root || !hasErrno(error, 'ENOENT')) throw error
  }
  await makeDirectory(dirname(path), root, config)
  try {
    await mkdir(path, { mode: config.directoryMode })
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return refuseLinks(path)
    throw error
  }
  await chmod(path, config.directoryMode)
  if (config.fsync) await syncDirectory(dirname(path))
}

async function removeEmptyParents(path: string, root: string): Promise<void> {
  for (let parent = dirname(path); parent !== root; parent = dirname(parent)) {
    if (!(await removeIfEmpty(parent))) return
  }
}

/** Whether a directory without objects is gone now. */
async function removeIfEmpty(directory: string): Promise<boolean> {
  try {
    await rmdir(directory)
    return true
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return true
    if (!hasErrno(error, ...DIRECTORY_STAYS)) throw error
    return hasErrno(error, 'ENOTEMPTY', 'EEXIST') && (await removeStrayRecords(directory)) && removeIfEmpty(directory)
  }
}

// Links that stay inside the root are refused, too: a link can change between this check and the next step.
const refuseLinks = sharedRuns(async (directory) => {
  if ((await realpath(directory)) === directory) return
  throw new RindleError(
    'storage_denied',
    'Local storage: a directory below the root is a symbolic link, which is never followed. Mount the other disk instead.',
  )
})
