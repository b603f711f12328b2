import type { Dirent, Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isKey, isReadableKey, type ListedObject } from '@rindle/core/adapter'
import { hasErrno } from './errno.ts'

/** Which objects a walk finds. */
interface WalkedObjects {
  /** The start of the keys of everything in the directory. @default '' */
  readonly parent?: string
  /** Only keys that begin with this. @default '' */
  readonly prefix?: string
  /** Keys that another program gave, too. @default false */
  readonly foreign?: boolean
}

/** The objects in the directory `path`, in order. */
export async function* walkObjects(path: string, options: WalkedObjects = {}): AsyncGenerator<ListedObject> {
  const { parent = '', prefix = '', foreign = false } = options
  for (const { name, key, isDirectory } of await readEntries(path, parent, foreign ? isReadableKey : isKey)) {
    if (!key.startsWith(prefix)) continue
    if (isDirectory) {
      yield* walkObjects(join(path, name), { ...options, parent: key })
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

async function readEntries(path: string, parent: string, isTaken: (key: string) => boolean): Promise<readonly Entry[]> {
  const entries = (await readIfThere(path)).flatMap((entry) => {
    const key = `${parent}${entry.name}`
    const isDirectory = entry.isDirectory()
    if (!isTaken(key) || (!isDirectory && !entry.isFile())) return []
    return [{ name: entry.name, key: isDirectory ? `${key}/` : key, isDirectory }]
  })
  // The slash counts: "b-c" comes before "b/a".
  return entries.toSorted((left, right) => Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)))
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
