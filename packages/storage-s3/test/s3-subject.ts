import type { StorageAdapter } from '@rindle/core'
import { type S3StorageOptions, s3Storage } from '@rindle/storage-s3'
import type { S3Server } from '@rindle/test-s3'
import type { DisposableStorageSubject } from '@rindle/testing'

/** A storage in a new bucket of a server, and `fetch` to send what it signs. */
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

/** A storage in a new bucket of a server. */
export async function s3StorageOn(server: S3Server, options: Partial<S3StorageOptions> = {}): Promise<StorageAdapter> {
  const { endpoint, region, accessKeyId, secretAccessKey, signedChecksum } = server
  const bucket = await server.createBucket()
  return s3Storage({
    bucket,
    endpoint,
    region,
    signedChecksum,
    credentials: { accessKeyId, secretAccessKey },
    ...options,
  })
}
