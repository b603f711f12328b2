import { DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3'
import { isRindleError, type StorageCallOptions } from '@rindle/core'
import { attempt } from './attempt.ts'
import { mapStoreCode } from './map-error.ts'
import { locateAny, type S3Bucket } from './s3-bucket.ts'

const KEYS_PER_REQUEST = 1000

/** A key that could not be deleted. */
export interface FailedDelete {
  readonly key: string
  readonly error: Error
}

/** Deletes one object. Succeeds if there is none. */
export async function deleteObject(bucket: S3Bucket, key: string, { signal }: StorageCallOptions): Promise<void> {
  const command = new DeleteObjectCommand(locateAny(bucket, key))
  try {
    await attempt({ operation: 'delete', key }, signal, (sendOptions) =>
      bucket.connection.client.send(command, sendOptions),
    )
  } catch (error) {
    // To AWS an absent object is a success, to some stores a 404.
    if (!isRindleError(error, 'storage_object_missing')) throw error
  }
}

/** Deletes as many as possible, a thousand in one request; returns the failed keys with the reason. */
export async function deleteObjects(
  bucket: S3Bucket,
  keys: readonly string[],
  { signal }: StorageCallOptions,
): Promise<readonly FailedDelete[]> {
  signal?.throwIfAborted()
  const failures: FailedDelete[] = []
  const located = new Map<string, string>()
  for (const key of keys) {
    try {
      located.set(locateAny(bucket, key).Key, key)
    } catch (error) {
      failures.push({ key, error: errorOf(error) })
    }
  }
  const batch = [...located]
  while (batch.length > 0) {
    failures.push(...(await deleteBatch(bucket, new Map(batch.splice(0, KEYS_PER_REQUEST)), signal)))
  }
  return failures
}

/** Deletes keys by their names in the bucket. */
async function deleteBatch(
  { config, connection }: S3Bucket,
  located: ReadonlyMap<string, string>,
  signal: AbortSignal | undefined,
): Promise<readonly FailedDelete[]> {
  const Objects = [...located.keys()].map((Key) => ({ Key }))
  const command = new DeleteObjectsCommand({ Bucket: config.bucket, Delete: { Objects, Quiet: true } })
  try {
    const { Errors = [] } = await attempt({ operation: 'deleteMany' }, signal, (sendOptions) =>
      connection.client.send(command, sendOptions),
    )
    return Errors.flatMap(({ Key = '', Code = '' }): readonly FailedDelete[] => {
      const key = located.get(Key) ?? Key
      const error = mapStoreCode(Code, { operation: 'deleteMany', key })
      return error.code === 'storage_object_missing' ? [] : [{ key, error }]
    })
  } catch (error) {
    if (signal?.aborted) throw error
    return [...located.values()].map((key) => ({ key, error: errorOf(error) }))
  }
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
