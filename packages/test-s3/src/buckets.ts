import { randomBytes } from 'node:crypto'
import { Client } from 'minio'
import type { S3Server } from './s3-server.ts'

/** The access to a server. */
export type S3Access = Pick<S3Server, 'endpoint' | 'region' | 'accessKeyId' | 'secretAccessKey'>

/** Makes buckets, and removes those that it made. */
export interface Buckets {
  create(): Promise<string>
  /** Removes the buckets made so far with everything in them. */
  removeAll(): Promise<void>
}

/** Buckets on a server, by a client that is not the one under test. */
export function bucketsOf({ endpoint, region, accessKeyId, secretAccessKey }: S3Access): Buckets {
  const { protocol, hostname, port } = new URL(endpoint)
  const client = new Client({
    endPoint: hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    useSSL: protocol === 'https:',
    accessKey: accessKeyId,
    secretKey: secretAccessKey,
    region,
  })
  const made: string[] = []
  return {
    async create() {
      const bucket = `rindle-test-${randomBytes(8).toString('hex')}`
      await client.makeBucket(bucket, region)
      made.push(bucket)
      return bucket
    },
    async removeAll() {
      for (const bucket of made.splice(0)) await removeBucket(client, bucket)
    },
  }
}

async function removeBucket(client: Client, bucket: string): Promise<void> {
  for await (const upload of client.listIncompleteUploads(bucket, '', true)) {
    await client.removeIncompleteUpload(bucket, (upload as { key: string }).key)
  }
  for await (const object of client.listObjectsV2(bucket, '', true)) {
    await client.removeObject(bucket, (object as { name: string }).name)
  }
  await client.removeBucket(bucket)
}
