import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import { isRindleError, type StoredObject } from '@rindle/core'
import { attempt, type SendOptions } from './attempt.ts'
import { locateAny, type S3Bucket } from './s3-bucket.ts'
import { describeObject, type ObjectHeaders } from './stored-object.ts'

/** The store's description of an object, or `undefined`. */
export async function headObject(
  bucket: S3Bucket,
  key: string,
  signal: AbortSignal | undefined,
): Promise<StoredObject | undefined> {
  const headers = await readHeaders(bucket, key, signal)
  return headers === undefined ? undefined : describeObject(key, headers)
}

/** The headers of an object, or `undefined`. */
export async function readHeaders(
  bucket: S3Bucket,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ObjectHeaders | undefined> {
  const { client } = bucket.connection
  const target = locateAny(bucket, key)
  const call = { operation: 'head', key }
  const byHead = (sendOptions: SendOptions): Promise<ObjectHeaders> =>
    client.send(new HeadObjectCommand(target), sendOptions)
  // The answer to a HEAD has no room for a reason, and a missing bucket must not look like missing objects.
  const byGet = async (sendOptions: SendOptions): Promise<ObjectHeaders> => {
    const { Body, ...headers } = await client.send(new GetObjectCommand(target), sendOptions)
    if (Body !== undefined && 'destroy' in Body) Body.destroy()
    return headers
  }
  return (
    (await unlessMissing(() => attempt({ ...call, isHead: true }, signal, byHead))) ??
    unlessMissing(() => attempt(call, signal, byGet))
  )
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isRindleError(error, 'storage_object_missing')) return undefined
    throw error
  }
}
