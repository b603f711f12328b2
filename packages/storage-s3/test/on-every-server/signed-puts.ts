import { createHash } from 'node:crypto'
import type { StorageAdapter } from '@rindle/core'
import { s3Storage } from '@rindle/storage-s3'
import type { S3Server } from '@rindle/test-s3'
import { describe, expect, test } from 'vitest'
import { inAMinute, s3OptionsOf, s3StorageOn } from '../s3-subject.ts'
import { type RawRequest, sendRaw } from '../send-raw.ts'
import { putText, readText } from '../use-storage.ts'

const KEY = 'staging/photo.txt'
const BODY = Buffer.from('the bytes that were declared')
const OTHER_BODY = Buffer.from('other bytes of equal length!')

interface Upload {
  readonly request: RawRequest
  readonly body: Uint8Array
}

type Change = (upload: Upload) => Upload

const CHANGES: readonly (readonly [string, Change])[] = [
  ['one byte more', withBody(Buffer.concat([BODY, Buffer.from('!')]))],
  ['one byte less', withBody(BODY.subarray(1))],
  ['no length', withHeader('content-length')],
  ['other bytes of the same length', withBody(OTHER_BODY)],
  [
    'other bytes and their checksum',
    ({ request }) => withBody(OTHER_BODY)({ request: withChecksum(request), body: BODY }),
  ],
  ['no checksum', ({ request, body }) => ({ request: withChecksum(request, null), body })],
  ['another type', withHeader('content-type', 'text/html')],
  ['no type', withHeader('content-type')],
  ['another key', withUrl((url) => url.replace(KEY, 'staging/other.txt'))],
  ['another bucket', withUrl((url) => url.replace(/(rindle-test-)./, '$1z'))],
  ['a longer life', withUrl((url) => url.replace('X-Amz-Expires=', 'X-Amz-Expires=1'))],
  [
    'another beginning',
    withUrl((url) =>
      url.replace(/(X-Amz-Date=\d+T\d+)\d/, (_, rest: string) => `${rest}${url.includes(`${rest}0`) ? 1 : 0}`),
    ),
  ],
  ['fewer signed headers', withUrl((url) => url.replace('content-length%3B', ''))],
  [
    'another signature',
    withUrl((url) => url.replace(/Signature=./, (was) => (was.endsWith('a') ? 'Signature=b' : 'Signature=a'))),
  ],
  ['no signature', withUrl((url) => url.split('?')[0] ?? '')],
  ['another method', ({ request, body }) => ({ request: { ...request, method: 'DELETE' }, body })],
]

/** The behaviour of a store when it gets uploads by a signed URL. */
export function signedPuts(server: S3Server): void {
  describe('a signed PUT of a declared type, length and SHA-256', () => {
    test.each(CHANGES)('is refused with %s, and is good without', async (_what, change) => {
      const storage = await s3StorageOn(server)
      const upload = await signedUpload(storage)
      const changed = change(upload)
      expect(changed).not.toEqual(upload)
      const { status } = await sendRaw(changed.request, changed.body)
      expect([400, 401, 403, 404, 405, 411, 501]).toContain(status)
      expect(await storage.head(KEY)).toBeUndefined()
      expect((await sendRaw(upload.request, upload.body)).status).toBe(200)
      expect(await readText(storage, KEY)).toBe(BODY.toString())
    })

    test('is refused after its expiry, for that reason', async () => {
      const storage = await s3StorageOn(server)
      const { request, body } = await signedUpload(storage, { expiresAt: new Date(Date.now() - 1000) })
      const answer = await sendRaw(request, body)
      expect(answer.status).toBe(403)
      // A signature that is wrong has another code.
      expect(answer.body).toContain('<Code>AccessDenied</Code>')
      expect(await storage.head(KEY)).toBeUndefined()
    })

    test('leaves nothing when the connection ends before the last byte', async () => {
      const storage = await s3StorageOn(server)
      const { request, body } = await signedUpload(storage)
      await expect(sendRaw(request, body.subarray(1), { isCutOff: true })).resolves.not.toMatchObject({ status: 200 })
      expect(await storage.head(KEY)).toBeUndefined()
    })

    test('may say that there will be no byte', async () => {
      const storage = await s3StorageOn(server)
      const { request } = await signedUpload(storage, { byteSize: 0, checksumSha256: sha256(Buffer.alloc(0)) })
      const other = withBody(Buffer.from('!'))({ request, body: BODY })
      expect((await sendRaw(other.request, other.body)).status).toBe(403)
      expect((await sendRaw(request, Buffer.alloc(0))).status).toBe(200)
      expect(await storage.head(KEY)).toMatchObject({ byteSize: 0, contentType: 'text/plain' })
    })
  })

  test('a signed PUT is sent to the public endpoint, and to no other', async () => {
    const publicEndpoint = server.endpoint.replace('127.0.0.1', 'localhost')
    const storage = await s3StorageOn(server, { publicEndpoint })
    const { request, body } = await signedUpload(storage)
    expect(request.url.startsWith(`${publicEndpoint}/`)).toBe(true)
    expect(
      (await sendRaw({ ...request, url: request.url.replace(publicEndpoint, server.endpoint) }, body)).status,
    ).toBe(403)
    expect((await sendRaw(request, body)).status).toBe(200)
    expect(await readText(storage, KEY)).toBe(BODY.toString())
  })

  test('a signed upload makes no copy of an object that its holder may not read', async () => {
    const bucket = await server.createBucket()
    const storage = s3Storage(s3OptionsOf(server, bucket))
    await putText(storage, 'private.txt', 'of somebody else')
    const { uploadId } = await createUpload(storage)
    const options = { expiresAt: inAMinute(), contentType: 'text/plain' }
    for (const signed of [
      await storage.signPut(KEY, options),
      await storage.signPut(KEY, { ...options, byteSize: 0 }),
      (await signedUpload(storage)).request,
      await storage.multipart.signPart(KEY, uploadId, 1, { ...options, byteSize: 0 }),
    ]) {
      for (const more of [{}, { 'x-amz-metadata-directive': 'REPLACE' }, { 'x-amz-copy-source-range': 'bytes=0-1' }]) {
        const copy = { 'x-amz-copy-source': `/${bucket}/private.txt`, ...more }
        const headers = { 'content-length': '0', ...signed.headers, ...copy }
        await sendRaw({ ...signed, headers }, Buffer.alloc(Number(headers['content-length'])))
        // A store that passes over such a header stores the body, which holds nothing of the other object.
        expect((await storage.head(KEY))?.byteSize ?? 0).toBe(0)
      }
    }
    const parts = await storage.multipart.listParts(KEY, uploadId)
    expect(parts.filter(({ byteSize }) => byteSize > 0)).toEqual([])
  })

  test('a signed part is bound to its number, its upload and its length', async () => {
    const storage = await s3StorageOn(server)
    const [{ uploadId }, other] = [await createUpload(storage), await createUpload(storage)]
    const { headers, ...signed } = await storage.multipart.signPart(KEY, uploadId, 1, {
      expiresAt: inAMinute(),
      byteSize: 5,
    })
    const send = (url: string, body: string) =>
      sendRaw({ ...signed, url, headers: { ...headers, 'content-length': String(body.length) } }, Buffer.from(body))
    for (const url of [
      signed.url.replace('partNumber=1', 'partNumber=2'),
      signed.url.replace(encodeURIComponent(uploadId), encodeURIComponent(other.uploadId)),
      signed.url.replace(/&uploadId=[^&]*/, ''),
    ]) {
      expect(url).not.toBe(signed.url)
      expect((await send(url, 'bytes')).status).toBe(403)
    }
    expect((await send(signed.url, 'more bytes')).status).toBe(403)
    expect((await send(signed.url, 'byte')).status).toBe(403)
    expect((await send(signed.url, 'first')).status).toBe(200)
    expect((await send(signed.url, 'again')).status).toBe(200)
    const parts = await storage.multipart.listParts(KEY, uploadId)
    expect(parts).toMatchObject([{ partNumber: 1, byteSize: 5 }])
    await storage.multipart.complete(KEY, uploadId, parts)
    expect(await readText(storage, KEY)).toBe('again')
  })
}

async function signedUpload(
  storage: StorageAdapter,
  options: { expiresAt?: Date; byteSize?: number; checksumSha256?: string } = {},
): Promise<Upload> {
  const declared = { contentType: 'text/plain', byteSize: BODY.byteLength, checksumSha256: sha256(BODY) }
  const request = await storage.signPut(KEY, { expiresAt: inAMinute(), ...declared, ...options })
  const length = String(options.byteSize ?? BODY.byteLength)
  return { request: { ...request, headers: { ...request.headers, 'content-length': length } }, body: BODY }
}

function createUpload(storage: StorageAdapter): Promise<{ uploadId: string }> {
  return storage.multipart.create(KEY, { contentType: 'text/plain' })
}

function withBody(body: Uint8Array): Change {
  return ({ request }) => ({ ...withHeader('content-length', String(body.byteLength))({ request, body }), body })
}

function withHeader(name: string, value?: string): Change {
  return ({ request, body }) => {
    const { [name]: _removed, ...headers } = request.headers
    return { request: { ...request, headers: value === undefined ? headers : { ...headers, [name]: value } }, body }
  }
}

function withUrl(change: (url: string) => string): Change {
  return ({ request, body }) => ({ request: { ...request, url: change(request.url) }, body })
}

/** The checksum of {@link OTHER_BODY}, or none: in the header that the request has. */
function withChecksum(request: RawRequest, bytes: Uint8Array | null = OTHER_BODY): RawRequest {
  const name = 'x-amz-content-sha256' in request.headers ? 'x-amz-content-sha256' : 'x-amz-checksum-sha256'
  const encoding = name === 'x-amz-content-sha256' ? 'hex' : 'base64'
  const value = bytes === null ? undefined : Buffer.from(sha256(bytes), 'hex').toString(encoding)
  return withHeader(name, value)({ request, body: BODY }).request
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
