import type { S3Server } from '@rindle/test-s3'
import { create } from 'content-disposition'
import { describe, expect, test } from 'vitest'
import { inAMinute, s3StorageOn } from '../s3-subject.ts'
import { sendRaw } from '../send-raw.ts'
import { putText } from '../use-storage.ts'

const KEY = 'album/photo.txt'

/** The behaviour of a store when it is read by a signed URL. */
export function signedGets(server: S3Server): void {
  describe('a signed GET', () => {
    test.each(['夏休み 2026.jpg', 'l’été "à la plage".jpg', `it's 100% (1)*;=,\\.jpg`, '🏖️.jpg', 'plain.jpg'])(
      'delivers as a download named %s',
      async (filename) => {
        const storage = await s3StorageOn(server)
        await putText(storage, KEY, 'a picture')
        const disposition = create(filename)
        const signed = await storage.signGet(KEY, { expiresAt: inAMinute(), disposition, contentType: 'image/jpeg' })
        const answer = await sendRaw(signed)
        expect(answer).toMatchObject({ status: 200, body: 'a picture' })
        expect(answer.headers).toMatchObject({ 'content-disposition': disposition, 'content-type': 'image/jpeg' })
      },
    )

    test.each([
      ['\r\nset-cookie: stolen=1'],
      ['attachment; filename="a\nb"'],
      ['attachment; filename="夏.jpg"'],
      ['attachment; filename="a\0b"'],
    ])('is not made with the disposition %j, which is no header', async (disposition) => {
      const storage = await s3StorageOn(server)
      await expect(storage.signGet(KEY, { expiresAt: inAMinute(), disposition })).rejects.toMatchObject({
        code: 'invalid_input',
      })
    })

    test.each<[string, (url: string) => string]>([
      [
        'another signature',
        (url) => url.replace(/Signature=./, (was) => (was.endsWith('a') ? 'Signature=b' : 'Signature=a')),
      ],
      ['no signature', (url) => url.split('?')[0] ?? ''],
      ['another key', (url) => url.replace('photo.txt', 'other.txt')],
      ['a longer life', (url) => url.replace('X-Amz-Expires=', 'X-Amz-Expires=1')],
      ['another type', (url) => url.replace('image%2Fjpeg', 'text%2Fhtml')],
      ['another disposition', (url) => url.replace('=attachment', '=inline')],
      ['a disposition that was not signed', (url) => `${url}&response-content-encoding=gzip`],
    ])('is refused with %s', async (_what, change) => {
      const storage = await s3StorageOn(server)
      await putText(storage, KEY, 'a picture')
      await putText(storage, 'album/other.txt', 'another picture')
      const options = { expiresAt: inAMinute(), disposition: 'attachment', contentType: 'image/jpeg' }
      const signed = await storage.signGet(KEY, options)
      const url = change(signed.url)
      expect(url).not.toBe(signed.url)
      expect((await sendRaw({ ...signed, url })).status).toBe(403)
      expect((await sendRaw({ ...signed, method: 'DELETE' })).status).toBe(403)
      expect((await sendRaw(signed)).body).toBe('a picture')
    })

    test('is refused after its expiry, for that reason', async () => {
      const storage = await s3StorageOn(server)
      await putText(storage, KEY, 'a picture')
      const answer = await sendRaw(await storage.signGet(KEY, { expiresAt: new Date(Date.now() - 1000) }))
      expect(answer.status).toBe(403)
      expect(answer.body).toContain('<Code>AccessDenied</Code>')
    })

    test('leads to the public endpoint, and to no other', async () => {
      const publicEndpoint = server.endpoint.replace('127.0.0.1', 'localhost')
      const storage = await s3StorageOn(server, { publicEndpoint })
      await putText(storage, KEY, 'a picture')
      const signed = await storage.signGet(KEY, { expiresAt: inAMinute() })
      expect(signed.url.startsWith(`${publicEndpoint}/`)).toBe(true)
      expect((await sendRaw(signed)).status).toBe(200)
      const elsewhere = signed.url.replace(publicEndpoint, server.endpoint)
      expect((await sendRaw({ ...signed, url: elsewhere })).status).toBe(403)
    })

    test('gives ranges to players', async () => {
      const storage = await s3StorageOn(server)
      await putText(storage, KEY, 'a picture')
      const { headers, ...signed } = await storage.signGet(KEY, { expiresAt: inAMinute() })
      const answer = await sendRaw({ ...signed, headers: { ...headers, range: 'bytes=2-4' } })
      expect(answer).toMatchObject({ status: 206, body: 'pic', headers: { 'content-range': 'bytes 2-4/9' } })
    })
  })
}
