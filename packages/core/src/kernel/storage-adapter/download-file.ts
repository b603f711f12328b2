import { type FileHandle, open, rm } from 'node:fs/promises'
import { codeOf } from '../../domain/error-text.ts'
import { RindleError } from '../../domain/errors.ts'
import type { StoredBody, StoredObject } from '../../ports/storage.ts'
import { abortedOr } from './attempt-call.ts'

/** The system's codes for a path at which no file can be made. */
const UNFIT_PATH: readonly (string | undefined)[] = ['EEXIST', 'ENOENT', 'ENOTDIR']

/**
 * Opens the file that a download is written to, for its owner alone. It must not exist yet, and its directory
 * must: `invalid_input`. Any other error is the system's.
 */
export async function openDownloadFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600)
  } catch (error) {
    const code = codeOf(error)
    if (!UNFIT_PATH.includes(code)) throw error
    const message = `A download needs a new file in an existing directory: ${code}.`
    throw new RindleError('invalid_input', message, { cause: error })
  }
}

/**
 * Writes the body of an object to a file that must not exist yet, and removes the file if that fails. `mapError` turns
 * an error of the body, or of the disk, into that of the adapter.
 */
export async function writeDownload(
  { body, ...stored }: StoredBody,
  path: string,
  { signal, mapError }: { readonly signal?: AbortSignal | undefined; readonly mapError: (error: unknown) => unknown },
): Promise<StoredObject> {
  try {
    const target = await openDownloadFile(path)
    try {
      await target.writeFile(body)
      await target.close()
    } catch (error) {
      await target.close()
      await rm(path, { force: true })
      throw abortedOr(mapError(error), signal)
    }
    return stored
  } finally {
    body.destroy()
  }
}
