import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
} from '@aws-sdk/client-s3'
import { isRindleError, RindleError } from '@rindle/core'
import { attempt } from './attempt.ts'
import { headObject } from './head-object.ts'
import { locate, type S3Bucket, writeSettings } from './s3-bucket.ts'
import { objectMissing, readEtag } from './stored-object.ts'

/** The headers of the object that a multipart upload will make. */
export type UploadHeaders = Pick<
  CreateMultipartUploadCommandInput,
  'ContentType' | 'CacheControl' | 'ContentDisposition' | 'ChecksumAlgorithm'
>

/** The upload that the parts belong to. */
export interface UploadTarget {
  readonly Bucket: string
  readonly Key: string
  readonly UploadId: string
}

/** The options of an upload in parts. */
export interface WritePartsOptions {
  /** The method of the port, for messages. */
  readonly operation: string
  readonly headers: UploadHeaders
  readonly signal: AbortSignal
  /** Sends all parts, and resolves when the store has every one of them. */
  readonly writeParts: (target: UploadTarget) => Promise<readonly CompletedPart[]>
}

/**
 * Makes one object from parts that this process sends. It appears whole at the end; on failure the upload is aborted
 * and nothing is kept. Returns the object's etag.
 */
export async function writeInParts(
  bucket: S3Bucket,
  key: string,
  { operation, headers, signal, writeParts }: WritePartsOptions,
): Promise<string> {
  const { client } = bucket.connection
  const call = { operation, key }
  const object = locate(bucket, key)
  const create = new CreateMultipartUploadCommand({ ...object, ...headers, ...writeSettings(bucket.config) })
  const { UploadId = '' } = await attempt(call, signal, (sendOptions) => client.send(create, sendOptions))
  const target = { ...object, UploadId }
  try {
    const Parts = (await writeParts(target)).toSorted((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0))
    const complete = new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts } })
    // Without the signal once it is sent: an abort would hide its result.
    const { ETag } = await attempt(call, signal, () => client.send(complete))
    // Ceph leaves the etag empty here.
    return ETag ? readEtag(key, ETag) : await etagOf(bucket, key)
  } catch (error) {
    await abandon(bucket, target)
    throw isRindleError(error) && error.details.storeCode === 'NoSuchUpload' ? uploadLost(key, error) : error
  }
}

/** Somebody aborted the upload, or the answer to its completion was lost and the SDK repeated the request. */
function uploadLost(key: string, cause: RindleError): RindleError {
  return new RindleError(
    'storage_unavailable',
    `The store lost the upload of "${key}" before it was done; try again.`,
    {
      details: { key },
      cause,
    },
  )
}

async function etagOf(bucket: S3Bucket, key: string): Promise<string> {
  const stored = await headObject(bucket, key, undefined)
  if (stored === undefined) throw objectMissing(key)
  return stored.etag
}

async function abandon({ connection }: S3Bucket, target: UploadTarget): Promise<void> {
  try {
    await attempt({ operation: 'multipart.abort' }, undefined, () =>
      connection.client.send(new AbortMultipartUploadCommand(target)),
    )
  } catch (error) {
    // The caller must see the original error. A leftover upload is not an object, and `listUploads` finds it.
    if (!isRindleError(error)) throw error
  }
}
