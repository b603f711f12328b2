import { buffer } from 'node:stream/consumers'
import { s3Storage } from '@rindle/storage-s3'
import type { S3Server } from '@rindle/test-s3'
import { Client } from 'minio'
import { describe, expect, test } from 'vitest'
import { s3OptionsOf } from '../s3-subject.ts'
import { bodyOf, keysOf, putBytes, putText, readBytes } from '../use-storage.ts'

const PART_BYTES = 5 * 1024 * 1024

/**
 * Checks that this is S3, and not a dialect that only our own client speaks: another client writes and reads the same.
 */
export function otherClient(server: S3Server): void {
  describe('with the client of MinIO', () => {
    test('reads written objects: bytes, type, cache control, disposition', async () => {
      const { storage, client, bucket } = await bothClients(server)
      const bytes = Buffer.alloc(PART_BYTES * 2 + 1, 'many parts ')
      await putText(storage, 'small.txt', 'small')
      await storage.put('large.mp4', bodyOf(bytes), {
        contentType: 'video/mp4',
        cacheControl: 'public, max-age=31536000, immutable',
        contentDisposition: 'attachment; filename="a.mp4"',
      })
      expect(await read(client, bucket, 'media/one/small.txt')).toEqual(Buffer.from('small'))
      expect(bytes.equals(await read(client, bucket, 'media/one/large.mp4'))).toBe(true)
      const stat = await client.statObject(bucket, 'media/one/large.mp4')
      expect(stat.etag).toBe((await storage.head('large.mp4'))?.etag)
      expect(stat).toMatchObject({
        size: bytes.byteLength,
        metaData: {
          'content-type': 'video/mp4',
          'cache-control': 'public, max-age=31536000, immutable',
          'content-disposition': 'attachment; filename="a.mp4"',
        },
      })
    })

    test('its objects are read, and those beside the prefix are not seen', async () => {
      const { storage, client, bucket } = await bothClients(server)
      const bytes = Buffer.alloc(PART_BYTES + 1, 'another writer ')
      await client.putObject(bucket, 'media/one/album/a.txt', bytes, bytes.byteLength, { 'Content-Type': 'text/csv' })
      await client.putObject(bucket, 'media/one/Not A Key.txt', 'x')
      await client.putObject(bucket, 'media/one/folder/', '')
      await client.putObject(bucket, 'media/oneself.txt', 'x')
      await client.putObject(bucket, 'album/a.txt', 'x')
      expect(await keysOf(storage, '')).toEqual(['album/a.txt'])
      expect(await storage.head('album/a.txt')).toMatchObject({ byteSize: bytes.byteLength, contentType: 'text/csv' })
      expect(bytes.equals(await readBytes(storage, 'album/a.txt'))).toBe(true)
      await storage.copy('album/a.txt', 'album/b.txt')
      await storage.deleteMany(['album/a.txt'])
      const left = await client.listObjectsV2(bucket, '', true).toArray()
      expect(left.map((object: { name: string }) => object.name).toSorted()).toEqual([
        'album/a.txt',
        'media/one/Not A Key.txt',
        'media/one/album/b.txt',
        'media/one/folder/',
        'media/oneself.txt',
      ])
    })

    test('its objects are read, copied, signed and deleted under keys of any form', async () => {
      const { storage, client, bucket } = await bothClients(server)
      const key = "Old Photos/Été 1+2 (50%) 'a'.JPG"
      await client.putObject(bucket, `media/one/${key}`, 'a picture')
      const listed: string[] = []
      for await (const object of storage.list('Old', { foreign: true })) listed.push(object.key)
      expect(listed).toEqual([key])
      expect(await readBytes(storage, key)).toEqual(Buffer.from('a picture'))
      const { etag } = (await storage.head(key)) ?? {}
      await storage.copy(key, 'copy.jpg', { ifMatch: String(etag) })
      expect(await readBytes(storage, 'copy.jpg')).toEqual(Buffer.from('a picture'))
      const { url } = await storage.signGet(key, { expiresAt: new Date(Date.now() + 60_000) })
      expect(await (await fetch(url)).text()).toBe('a picture')
      await storage.delete(key)
      expect(await storage.head(key)).toBeUndefined()
    })

    test('a signed URL of either opens the same object', async () => {
      const { storage, client, bucket } = await bothClients(server)
      await putBytes(storage, 'a.txt', Buffer.from('the same'))
      const { url } = await storage.signGet('a.txt', { expiresAt: new Date(Date.now() + 60_000) })
      const theirs = await client.presignedGetObject(bucket, 'media/one/a.txt', 60)
      expect(new URL(url).pathname).toBe(new URL(theirs).pathname)
      for (const each of [url, theirs]) expect(await (await fetch(each)).text()).toBe('the same')
    })
  })
}

async function bothClients(server: S3Server) {
  const bucket = await server.createBucket()
  const { hostname, port, protocol } = new URL(server.endpoint)
  const client = new Client({
    endPoint: hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    useSSL: protocol === 'https:',
    accessKey: server.accessKeyId,
    secretKey: server.secretAccessKey,
    region: server.region,
  })
  return { bucket, client, storage: s3Storage({ ...s3OptionsOf(server, bucket), prefix: 'media/one' }) }
}

async function read(client: Client, bucket: string, name: string): Promise<Buffer> {
  return buffer(await client.getObject(bucket, name))
}
