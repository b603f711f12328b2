import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import {
  assertListLimit,
  canBeginKey,
  isKey,
  isReadableKey,
  type ListedObject,
  type ListOptions,
} from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import type { S3Bucket } from './s3-bucket.ts'

const KEYS_PER_REQUEST = 1000

/**
 * Lists the objects whose key begins with `prefix`, page by page, in the order of the store, which is that of the keys'
 * bytes. Skips foreign objects whose names are not keys.
 */
export async function* listObjects(
  bucket: S3Bucket,
  prefix: string,
  { limit = Number.POSITIVE_INFINITY, signal, foreign = false }: ListOptions,
): AsyncGenerator<ListedObject, void> {
  assertListLimit(limit)
  let count = 0
  for await (const listed of everyObject(bucket, {
    prefix,
    pageSize: Math.min(limit, KEYS_PER_REQUEST),
    signal,
    foreign,
  })) {
    signal?.throwIfAborted()
    yield listed
    count += 1
    if (count >= limit) return
  }
  signal?.throwIfAborted()
}

interface PageOptions {
  readonly prefix: string
  readonly pageSize: number
  readonly signal: AbortSignal | undefined
  readonly foreign: boolean
}

async function* everyObject(
  { config, connection }: S3Bucket,
  { prefix, pageSize, signal, foreign }: PageOptions,
): AsyncGenerator<ListedObject, void> {
  signal?.throwIfAborted()
  if (!foreign && !canBeginKey(prefix)) return
  let continuation: { ContinuationToken?: string } | undefined = {}
  while (continuation !== undefined) {
    const command = new ListObjectsV2Command({
      Bucket: config.bucket,
      Prefix: config.prefix + prefix,
      MaxKeys: pageSize,
      ...continuation,
    })
    const page: ListObjectsV2CommandOutput = await attempt({ operation: 'list' }, signal, (sendOptions) =>
      connection.client.send(command, sendOptions),
    )
    for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
      const key = Key.slice(config.prefix.length)
      if (foreign ? isReadableKey(key) : isKey(key)) yield { key, byteSize: Size, lastModified: LastModified }
    }
    continuation =
      page.NextContinuationToken === undefined ? undefined : { ContinuationToken: page.NextContinuationToken }
  }
}
