import { HeadObjectCommand, type HeadObjectCommandOutput, S3Client } from '@aws-sdk/client-s3'
import type { StorageAdapter } from '@rindle/core'
import { type S3StorageOptions, s3Storage } from '@rindle/storage-s3'
import { useS3Server } from '@rindle/test-s3'
import { afterAll, describe, expect, test } from 'vitest'
import { inAMinute, s3OptionsOf } from './s3-subject.ts'
import { bodyOf, putText } from './use-storage.ts'

const PART_BYTES = 5 * 1024 * 1024

const server = await useS3Server()
afterAll(() => server.stop())

/** Every way in which an object comes to be. */
const WAYS: readonly (readonly [string, (storage: StorageAdapter) => Promise<unknown>])[] = [
  ['put', (storage) => putText(storage, 'a.txt', 'bytes')],
  [
    'a put in parts',
    (storage) => storage.put('a.txt', bodyOf(Buffer.alloc(PART_BYTES + 1)), { contentType: 'text/plain' }),
  ],
  ['a copy', async (storage) => [await putText(storage, 'b.txt', 'bytes'), await storage.copy('b.txt', 'a.txt')]],
  [
    'a copy in parts',
    async (storage) => {
      await storage.put('b.txt', bodyOf(Buffer.alloc(PART_BYTES + 1)), { contentType: 'text/plain' })
      await storage.copy('b.txt', 'a.txt')
    },
  ],
  [
    'a signed PUT',
    async (storage) => {
      const signed = await storage.signPut('a.txt', { expiresAt: inAMinute(), contentType: 'text/plain', byteSize: 5 })
      await send(signed, 'bytes')
      const without = Object.entries(signed.headers).filter(([name]) => !/encryption|storage-class/.test(name))
      if (without.length === Object.keys(signed.headers).length) return
      await expect(send({ ...signed, headers: Object.fromEntries(without) }, 'bytes')).rejects.toThrow(/^4\d\d$/)
    },
  ],
  [
    'signed parts',
    async ({ multipart }) => {
      const { uploadId } = await multipart.create('a.txt', { contentType: 'text/plain' })
      await send(await multipart.signPart('a.txt', uploadId, 1, { expiresAt: inAMinute(), byteSize: 5 }), 'bytes')
      await multipart.complete('a.txt', uploadId, await multipart.listParts('a.txt', uploadId))
    },
  ],
]

describe.skipIf(server.kind !== 'minio')(
  'an object (on MinIO, which has these; not on RINDLE_TEST_S3_ENDPOINT)',
  () => {
    test.each(WAYS)('of %s is encrypted as the options say', async (_way, write) => {
      expect(await headAfter(write, { serverSideEncryption: 'AES256' })).toMatchObject({
        ServerSideEncryption: 'AES256',
      })
      const byKey = await headAfter(write, { serverSideEncryption: 'aws:kms', kmsKeyId: 'rindle-test-key' })
      expect(byKey).toMatchObject({
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: expect.stringMatching(/rindle-test-key$/) as string,
      })
    })

    test.each(WAYS)('of %s is of the storage class that the options say', async (_way, write) => {
      const head = await headAfter(write, { storageClass: 'REDUCED_REDUNDANCY' })
      expect(head.StorageClass).toBe('REDUCED_REDUNDANCY')
    })

    test.each(WAYS.slice(0, 2))(
      'of %s has a checksum where the options ask for one, and else none',
      async (_way, write) => {
        const head = await headAfter(write, { checksums: 'when_supported' })
        expect(head.ChecksumCRC32).toMatch(/^[\w+/]{6}==/)
        expect((await headAfter(write, {})).ChecksumCRC32).toBeUndefined()
      },
    )
  },
)

test('a storage class that the store does not have is refused as such', async () => {
  const storage = s3Storage({ ...s3OptionsOf(server, await server.createBucket()), storageClass: 'NO_SUCH_CLASS' })
  await expect(putText(storage, 'a.txt', 'bytes')).rejects.toMatchObject({ code: 'storage_denied' })
})

async function headAfter(
  write: (storage: StorageAdapter) => Promise<unknown>,
  options: Partial<S3StorageOptions>,
): Promise<HeadObjectCommandOutput> {
  const bucket = await server.createBucket()
  const { endpoint, region, accessKeyId, secretAccessKey } = server
  await write(s3Storage({ ...s3OptionsOf(server, bucket), maxCopyBytes: PART_BYTES, ...options }))
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } })
  return client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'a.txt', ChecksumMode: 'ENABLED' }))
}

async function send({ url, method, headers }: { url: string; method: string; headers: object }, body: string) {
  const { status } = await fetch(url, { method, headers: { ...headers }, body })
  if (status !== 200) throw new Error(String(status))
}
