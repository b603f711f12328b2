import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { type AdoptSource, RindleError } from '@rindle/core'

const GONE = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']

/** Where the files of a source lie. */
export interface FilePlace {
  /** The source of a file for `adopt`. `storage_object_missing`, `invalid_input` for a path that leads out of the place. */
  sourceOf(path: string): Promise<AdoptSource>
}

/** A storage of the configuration, below a prefix. */
export function inStorage(storage: string, prefix: string): FilePlace {
  return { sourceOf: async (path) => ({ storage, key: `${prefix}${path}` }) }
}

/** A directory of this machine. Its real path is part of what tells a file from others. */
export async function inDirectory(directory: string): Promise<FilePlace> {
  const root = await realpath(directory).catch((error: unknown) => {
    throw new RindleError('invalid_input', `There is no directory ${directory}.`, { cause: error })
  })
  return {
    async sourceOf(path) {
      const found = await resolved(join(root, path), path)
      // A row may name any path, and a link may lead anywhere.
      if (!found.startsWith(root + sep)) {
        throw new RindleError('invalid_input', `"${path}" leads out of ${directory}.`)
      }
      return { storage: `file:${root}`, key: path, path: found }
    },
  }
}

async function resolved(full: string, path: string): Promise<string> {
  try {
    return await realpath(full)
  } catch (error) {
    if (!GONE.includes(String((error as NodeJS.ErrnoException).code))) throw error
    throw new RindleError('storage_object_missing', `There is no file "${path}".`, { cause: error })
  }
}
