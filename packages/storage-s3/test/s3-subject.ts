import type { StorageAdapter } from '@rindle/core'
import { type S3StorageOptions, s3Storage } from '@rindle/storage-s3'
import type { S3Server } from '@rindle/test-s3'
import type { DisposableStorageSubject } from '@rindle/testing'

/** Options of a storage in a bucket of a server. */
export function s3OptionsOf(server: S3Server, bucket: string): S3StorageOptions {
  const { endpoint, region, accessKeyId, secretAccessKey, signedChecksum } = server
  return { bucket, endpoint, region, signedChecksum, credentials: { accessKeyId, secretAccessKey } }
}

/** A storage in a new bucket of a server. */
export async function s3StorageOn(server: S3Server, options: Partial<S3StorageOptions> = {}): Promise<StorageAdapter> {
  return s3Storage({ ...s3OptionsOf(server, await server.createBucket()), ...options })
}

/** A storage in a new bucket of a server, and `fetch` to send its signed requests. */
export async function s3Subject(
  server: S3Server,
  options: Partial<S3StorageOptions> = {},
): Promise<DisposableStorageSubject> {
  return {
    adapter: await s3StorageOn(server, options),
    send: ({ url, method, headers }, body) => fetch(url, { method, headers, ...(body === undefined ? {} : { body }) }),
    cleanup: async () => {},
  }
}

/** A moment at which a signature made now is still good. */
export function inAMinute(): Date {
  return new Date(Date.now() + 60_000)
}
