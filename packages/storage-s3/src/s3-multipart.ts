import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListPartsCommand,
  type ListPartsCommandOutput,
} from '@aws-sdk/client-s3'
import { isRindleError, type StorageCallOptions, type UploadedPart } from '@rindle/core'
import {
  assertListLimit,
  canBeginKey,
  isKey,
  type ListOptions,
  type MultipartStorage,
  type OpenMultipartUpload,
} from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import { headObject } from './head-object.ts'
import { locate, type S3Bucket, writeSettings } from './s3-bucket.ts'
import { signPart } from './sign-request.ts'
import { objectMissing, quoteEtag, readEtag } from './stored-object.ts'

/** Multipart uploads whose parts clients send by signed requests. */
export function s3Multipart(bucket: S3Bucket): MultipartStorage {
  const { connection } = bucket
  return {
    async create(key, { contentType, signal }) {
      const command = new CreateMultipartUploadCommand({
        ...locate(bucket, key),
        ...writeSettings(bucket.config),
        ContentType: contentType,
      })
      const { UploadId = '' } = await attempt({ operation: 'multipart.create', key }, signal, (sendOptions) =>
        connection.client.send(command, sendOptions),
      )
      return { uploadId: UploadId }
    },
    signPart: (key, uploadId, partNumber, options) => signPart(bucket, key, { uploadId, partNumber }, options),
    listParts: (key, uploadId, options = {}) => listParts(bucket, { key, uploadId }, options),
    async complete(key, uploadId, parts, call = {}) {
      const { signal } = call
      const Parts = parts
        .toSorted((left, right) => left.partNumber - right.partNumber)
        .map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: quoteEtag(etag) }))
      const command = new CompleteMultipartUploadCommand({
        ...locate(bucket, key),
        UploadId: uploadId,
        MultipartUpload: { Parts },
      })
      try {
        await attempt({ operation: 'multipart.complete', key }, signal, (sendOptions) =>
          connection.client.send(command, sendOptions),
        )
      } catch (error) {
        // While another call completes the upload, Ceph answers 500, and MinIO that a part is missing, which it removes
        // first. If the upload is gone, listing its parts says so.
        const mayBeGone =
          isRindleError(error, 'storage_unavailable') || isRindleError(error, 'storage_precondition_failed')
        if (mayBeGone) await listParts(bucket, { key, uploadId }, call)
        throw error
      }
      const stored = await headObject(bucket, key, signal)
      if (stored === undefined) throw objectMissing(key)
      return stored
    },
    async abort(key, uploadId, { signal } = {}) {
      const command = new AbortMultipartUploadCommand({ ...locate(bucket, key), UploadId: uploadId })
      try {
        await attempt({ operation: 'multipart.abort', key }, signal, (sendOptions) =>
          connection.client.send(command, sendOptions),
        )
      } catch (error) {
        if (!isRindleError(error, 'storage_object_missing')) throw error
      }
    },
    listUploads: (prefix, options = {}) => listUploads(bucket, prefix, options),
  }
}

async function listParts(
  bucket: S3Bucket,
  { key, uploadId }: { readonly key: string; readonly uploadId: string },
  { signal }: StorageCallOptions,
): Promise<readonly UploadedPart[]> {
  const parts: UploadedPart[] = []
  const target = { ...locate(bucket, key), UploadId: uploadId }
  let marker: { PartNumberMarker?: string } | undefined = {}
  while (marker !== undefined) {
    const command = new ListPartsCommand({ ...target, ...marker })
    const page: ListPartsCommandOutput = await attempt(
      { operation: 'multipart.listParts', key },
      signal,
      (sendOptions) => bucket.connection.client.send(command, sendOptions),
    )
    for (const { PartNumber = 0, ETag, Size = 0 } of page.Parts ?? []) {
      parts.push({ partNumber: PartNumber, etag: readEtag(key, ETag), byteSize: Size })
    }
    const next = page.IsTruncated === true ? page.NextPartNumberMarker : undefined
    marker = next === undefined ? undefined : { PartNumberMarker: next }
  }
  return parts
}

/** The start of the next page of unfinished uploads. */
interface UploadMarker {
  readonly KeyMarker?: string
  readonly UploadIdMarker?: string
}

async function* listUploads(
  { config, connection }: S3Bucket,
  prefix: string,
  { limit = Number.POSITIVE_INFINITY, signal }: ListOptions,
): AsyncGenerator<OpenMultipartUpload, void> {
  assertListLimit(limit)
  signal?.throwIfAborted()
  if (!canBeginKey(prefix)) return
  let count = 0
  let marker: UploadMarker | undefined = {}
  while (marker !== undefined) {
    const command = new ListMultipartUploadsCommand({
      Bucket: config.bucket,
      Prefix: config.prefix + prefix,
      ...marker,
    })
    const page: ListMultipartUploadsCommandOutput = await attempt(
      { operation: 'multipart.listUploads' },
      signal,
      (sendOptions) => connection.client.send(command, sendOptions),
    )
    for (const { Key = '', UploadId = '', Initiated = new Date(0) } of page.Uploads ?? []) {
      const key = Key.slice(config.prefix.length)
      if (!isKey(key)) continue
      signal?.throwIfAborted()
      yield { key, uploadId: UploadId, initiatedAt: Initiated }
      count += 1
      if (count >= limit) return
    }
    marker = page.IsTruncated === true ? markerOf(page) : undefined
  }
}

function markerOf({ NextKeyMarker, NextUploadIdMarker }: ListMultipartUploadsCommandOutput): UploadMarker | undefined {
  if (NextKeyMarker === undefined) return undefined
  return {
    KeyMarker: NextKeyMarker,
    ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }),
  }
}
