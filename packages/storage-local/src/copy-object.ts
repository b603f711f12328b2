import { constants } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { type ConditionalOptions, RindleError, type StoredObject } from '@rindle/core'
import { type ObjectWriter, openObjectWriter } from './object-writer.ts'
import type { LocalStorageConfig } from './options.ts'
import type { StorageRoot } from './storage-root.ts'
import { describeFile, isStill, openObject } from './stored-file.ts'

// An attempt fails only if a writer replaces the source during one copy.
const MAX_ATTEMPTS = 50

type CopyRequest = ConditionalOptions & { readonly from: string; readonly to: string }

/** Copies an object, sharing its blocks where the file system can, and puts the copy in place atomically. */
export async function copyObject(
  root: StorageRoot,
  config: LocalStorageConfig,
  request: CopyRequest,
): Promise<StoredObject> {
  const { from, to, ifMatch } = request
  // If the source is refused or absent, not even a directory may be left behind.
  await (await openObject(root, from, ifMatch)).handle.close()
  const writer = await openObjectWriter(root, to, config)
  try {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const copied = await copyOnce(root, writer, request)
      if (copied === undefined) continue
      const { checksumSha256 } = copied
      return describeFile(to, await writer.commit(checksumSha256), checksumSha256)
    }
    throw new RindleError('storage_unavailable', `Local storage: the object "${from}" keeps being replaced.`, {
      details: { key: from },
    })
  } catch (error) {
    await writer.discard()
    throw error
  }
}

/** The stored copy; `undefined` if the copied object may not be the one whose etag was compared. */
async function copyOnce(
  root: StorageRoot,
  writer: ObjectWriter,
  { from, ifMatch, signal }: CopyRequest,
): Promise<Pick<StoredObject, 'checksumSha256'> | undefined> {
  const { handle, stats, stored } = await openObject(root, from, ifMatch)
  try {
    const path = root.pathOf(from)
    await copyFile(path, writer.path, constants.COPYFILE_FICLONE)
    signal?.throwIfAborted()
    // The copy opened the file by its name. Etags return when bytes do, versions never: if the version is the same
    // before and after, the copy opened that version.
    return (await isStill(path, stats)) ? stored : undefined
  } finally {
    await handle.close()
  }
}
