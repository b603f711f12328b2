import { type FileHandle, open, rm } from 'node:fs/promises'
import { type ConditionalOptions, RindleError, type StoredObject } from '@rindle/core'
import { getObject } from './get-object.ts'
import { mapError } from './map-error.ts'
import type { S3Bucket } from './s3-bucket.ts'

const UNFIT_PATH: readonly unknown[] = ['EEXIST', 'ENOENT', 'ENOTDIR']

/** Writes an object to a file that must not exist yet; removes the file if it fails. */
export async function downloadObject(
  bucket: S3Bucket,
  key: string,
  path: string,
  options: ConditionalOptions,
): Promise<StoredObject> {
  const { body, ...stored } = await getObject(bucket, key, options)
  try {
    const target = await createFile(path)
    try {
      await target.writeFile(body)
      await target.close()
    } catch (error) {
      await target.close()
      await rm(path, { force: true })
      throw options.signal?.aborted ? options.signal.reason : mapError(error, { operation: 'download', key })
    }
    return stored
  } finally {
    body.destroy()
  }
}

async function createFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && UNFIT_PATH.includes(error.code))) throw error
    const message = `A download needs a new file in an existing directory: ${String(error.code)}.`
    throw new RindleError('invalid_input', message, { cause: error })
  }
}
