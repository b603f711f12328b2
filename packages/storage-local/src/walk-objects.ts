import type { Dirent, Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isKey, type ListedObject } from '@rindle/core/adapter'
import { hasErrno } from './errno.ts'

/** The objects in the directory `path`, whose keys begin with `parent`, that begin with `prefix`, in order. */
export async function* walkObjects(path: string, parent = '', prefix = ''): AsyncGenerator<ListedObject> {
  for (const { name, key, isDirectory } of await readEntries(path, parent)) {
    if (!key.startsWith(prefix)) continue
    if (isDirectory) {
      yield* walkObjects(join(path, name), key, prefix)
    } else {
      const stats = await statIfThere(join(path, name))
      if (stats?.isFile()) yield { key, byteSize: stats.size, lastModified: stats.mtime }
    }
  }
}

interface Entry {
  readonly name: string
  /** For a directory: the start of all keys in it, with the slash. */
  readonly key: string
  readonly isDirectory: boolean
}

async function readEntries(path: string, parent: string): Promise<readonly Entry[]> {
  const entries = (await readIfThere(path)).flatMap((entry) => {
    const key = `${parent}${entry.name}`
    const isDirectory = entry.isDirectory()
    if (!isKey(key) || (!isDirectory && !entry.isFile())) return []
    return [{ name: entry.name, key: isDirectory ? `${key}/` : key, isDirectory }]
  })
  // Keys are ASCII, so the order of UTF-16 is that of UTF-8. The slash counts: "b-c" comes before "b/a".
  return entries.toSorted((left, right) => (left.key < right.key ? -1 : 1))
}

async function readIfThere(path: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true })
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
