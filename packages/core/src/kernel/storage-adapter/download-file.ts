import { type FileHandle, open } from 'node:fs/promises'
import { codeOf } from '../../domain/error-text.ts'
import { RindleError } from '../../domain/errors.ts'

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
