import { constants } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import type { ConditionalOptions, StoredObject } from '@rindle/core'
import { openObjectWriter } from './object-writer.ts'
import type { LocalStorageConfig } from './options.ts'
import type { StorageRoot } from './storage-root.ts'
import { describeFile, objectMissing, requireEtag, statObject } from './stored-file.ts'

/** Copies an object, sharing its blocks where the file system can, and puts the copy in place atomically. */
export async function copyObject(
  root: StorageRoot,
  config: LocalStorageConfig,
  { from, to, ifMatch, signal }: ConditionalOptions & { readonly from: string; readonly to: string },
): Promise<StoredObject> {
  requireEtag(from, await requireObject(root, from), ifMatch)
  const writer = await openObjectWriter(root, to, config)
  try {
    await copyFile(root.pathOf(from), writer.path, constants.COPYFILE_FICLONE)
    signal?.throwIfAborted()
    // The copy opened the file by its name. An etag that is the same before and after was also that of what it opened.
    if (ifMatch !== undefined) requireEtag(from, await requireObject(root, from), ifMatch)
    return describeFile(to, await writer.commit())
  } catch (error) {
    await writer.discard()
    throw error
  }
}

async function requireObject(root: StorageRoot, key: string): Promise<StoredObject> {
  const stored = await statObject(root, key)
  if (stored === undefined) throw objectMissing(key)
  return stored
}
