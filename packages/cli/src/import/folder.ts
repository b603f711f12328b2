import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ListedObject } from '@rindle/core'
import type { FoundFile, ImportSource, SkippedFile } from './found-file.ts'
import type { MatchPath } from './path-template.ts'

const PAGE = 200

/** Options of {@link folderSource}. */
interface FolderOptions {
  /** Reads owner and slot of a path; `null`: every file is taken, and attached to nothing. */
  readonly match: MatchPath | null
  /** The type of every owner, where the template does not name it. */
  readonly ownerType: string | undefined
  /** The slot of every file, where the template does not name it. */
  readonly slot: string | undefined
  /** Whether listing them is cheap enough to count them first. */
  readonly isCounted: boolean
}

/** The files of a folder, or the objects of a storage, by their paths. */
export function folderSource(list: () => AsyncIterable<string>, options: FolderOptions): ImportSource {
  return {
    count: async () => {
      if (!options.isCounted) return null
      let count = 0
      for await (const _path of list()) count += 1
      return count
    },
    async *files() {
      let page: (FoundFile | SkippedFile)[] = []
      for await (const path of list()) {
        page.push(fileOf(path, options))
        if (page.length < PAGE) continue
        yield page
        page = []
      }
      if (page.length > 0) yield page
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

/** The paths below a directory, with slashes, in the order of their names. Skips hidden files and links. */
export async function* pathsIn(directory: string, parent = ''): AsyncGenerator<string> {
  const entries: { readonly name: string; readonly isDirectory: boolean }[] = []
  for await (const entry of await opendir(join(directory, parent))) {
    if (entry.name.startsWith('.') || !(entry.isDirectory() || entry.isFile())) continue
    entries.push({ name: entry.name, isDirectory: entry.isDirectory() })
  }
  for (const { name, isDirectory } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (isDirectory) yield* pathsIn(directory, `${parent}${name}/`)
    else yield `${parent}${name}`
  }
}

/** The keys of objects, without the prefix that they share. */
export async function* pathsOf(objects: AsyncIterable<ListedObject>, prefix: string): AsyncGenerator<string> {
  for await (const { key } of objects) yield key.slice(prefix.length)
}

function fileOf(path: string, { match, ownerType, slot }: FolderOptions): FoundFile | SkippedFile {
  if (match === null) return { key: path, path, places: [] }
  const parts = match(path)
  if (parts === null) return { key: path, skipped: 'unmatched' }
  const { owner_type: type = ownerType, owner_id: ownerId, slot: inSlot = slot, filename } = parts
  const isPlaced = type !== undefined && ownerId !== undefined && inSlot !== undefined
  return {
    key: path,
    path,
    ...(filename === undefined ? {} : { filename }),
    places: isPlaced ? [{ type, ownerType: type, ownerId, slot: inSlot }] : [],
  }
}
