import { CopyObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import type { StoredObject } from '@rindle/core'
import { type CopyFromOptions, normalizeKey, type StoragePlace } from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import type { S3StorageConfig } from './options.ts'
import { locate, type S3Bucket, writeSettings } from './s3-bucket.ts'
import { describeObject, quoteEtag, readEtag } from './stored-object.ts'

/** Where the objects of a bucket are. The endpoint, or the region of AWS, names the store. */
export function placeOf({ endpoint, region, bucket, prefix }: S3StorageConfig): StoragePlace {
  return { store: endpoint ?? `aws:${region}`, container: bucket, prefix }
}

/**
 * Copies an object from another bucket, or from below another prefix, of the same store by one request; `undefined` for
 * one that is too large for that. The store computes the SHA-256 of the copy where it can.
 */
export async function copyFrom(
  bucket: S3Bucket,
  place: StoragePlace,
  key: string,
  { contentType, signal }: CopyFromOptions,
): Promise<StoredObject | undefined> {
  const { client } = bucket.connection
  const source = { Bucket: place.container, Key: place.prefix + normalizeKey(key) }
  const call = { operation: 'copyFrom', key }
  const head = new HeadObjectCommand(source)
  const found = await attempt({ ...call, isHead: true }, signal, (sendOptions) => client.send(head, sendOptions))
  const { byteSize, etag } = describeObject(key, found)
  if (byteSize > bucket.config.maxCopyBytes) return undefined
  const command = new CopyObjectCommand({
    ...locate(bucket, key),
    CopySource: `${source.Bucket}/${source.Key}`,
    CopySourceIfMatch: quoteEtag(etag),
    MetadataDirective: 'REPLACE',
    ContentType: contentType,
    CacheControl: found.CacheControl,
    ContentDisposition: found.ContentDisposition,
    ChecksumAlgorithm: 'SHA256',
    ...writeSettings(bucket.config),
  })
  const { CopyObjectResult } = await attempt(call, signal, (sendOptions) => client.send(command, sendOptions))
  const checksum = CopyObjectResult?.ChecksumSHA256
  return {
    byteSize,
    contentType,
    etag: readEtag(key, CopyObjectResult?.ETag),
    lastModified: CopyObjectResult?.LastModified ?? new Date(),
    ...(checksum === undefined ? {} : { checksumSha256: Buffer.from(checksum, 'base64').toString('hex') }),
  }
}
