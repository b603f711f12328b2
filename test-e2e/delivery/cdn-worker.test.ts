import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Rindle } from '@rindle/core'
import { hmacDelivery } from '@rindle/delivery-cdn'
import { type S3StorageOptions, s3Storage } from '@rindle/storage-s3'
import { useS3Server } from '@rindle/test-s3'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patientOf } from '../doctor/patient.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { admitCaller } from '../support/bucket-settings.ts'
import { s3Profiles } from '../support/s3-application.ts'
import { startWorker, type WorkerServer } from './worker-server.ts'

const SECRETS = { new: randomBytes(24).toString('base64url'), old: randomBytes(24).toString('base64url') }
const KEYS = [
  { id: 'new', secret: SECRETS.new },
  { id: 'old', secret: SECRETS.old },
] as const
const BIG = randomBytes(300_000)
const BIG_KEY = 'video/0199/hls/720/one.m4s'

let worker: WorkerServer
let bucketOptions: S3StorageOptions
let application: Application<typeof s3Profiles>
const purged: string[] = []

beforeAll(async () => {
  const server = await useS3Server()
  const bucket = await server.createBucket()
  const caller = `rindle-worker-${randomBytes(12).toString('hex')}`
  await admitCaller(caller, bucket, server)
  worker = await startWorker({
    KEYS: JSON.stringify(SECRETS),
    ORIGIN: `${server.endpoint}/${bucket}`,
    ORIGIN_HEADERS: JSON.stringify({ 'user-agent': caller }),
  })
  const { endpoint, region, accessKeyId, secretAccessKey } = server
  bucketOptions = { bucket, endpoint, region, credentials: { accessKeyId, secretAccessKey } }
  const delivery = hmacDelivery({
    baseUrl: worker.baseUrl,
    keys: KEYS,
    purge: async (paths) => void purged.push(...paths),
  })
  application = await startApplication({
    profiles: s3Profiles,
    storages: { main: s3Storage({ ...bucketOptions, delivery }) },
  })
  const body = Readable.from([BIG])
  await s3Storage(bucketOptions).put(BIG_KEY, body, { contentType: 'video/iso.segment' })
}, 60_000)

afterAll(async () => {
  await application[Symbol.asyncDispose]()
  worker.stop()
})

describe('the Worker of the guide', () => {
  const sign = (
    key: string,
    options: Partial<Parameters<ReturnType<typeof hmacDelivery>['sign']>[1]> = {},
    keys = KEYS,
  ) => hmacDelivery({ baseUrl: worker.baseUrl, keys: [...keys] }).sign(key, { expiresAt: inAMinute(), ...options }).href
  const disposition = `attachment; filename="_.bin"; filename*=UTF-8''%C3%A4.bin`

  it('delivers an object with the disposition and the type that were signed, whole and in ranges', async () => {
    const url = sign(BIG_KEY, { disposition, contentType: 'application/octet-stream' })
    const whole = await fetch(url)
    expect(whole.status).toBe(200)
    expect(BIG.equals(Buffer.from(await whole.arrayBuffer()))).toBe(true)
    expect(whole.headers.get('content-disposition')).toBe(disposition)
    expect(whole.headers.get('content-type')).toBe('application/octet-stream')
    expect(whole.headers.get('cache-control')).toMatch(/^private, max-age=[1-6]?\d$/)
    const part = await fetch(url, { headers: { range: 'bytes=5-9' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 5-9/${BIG.byteLength}`])
    expect(BIG.subarray(5, 10).equals(Buffer.from(await part.arrayBuffer()))).toBe(true)
    expect((await fetch(url, { method: 'HEAD' })).headers.get('content-length')).toBe(String(BIG.byteLength))
  })

  it('refuses what was altered, has expired, or was signed with another secret', async () => {
    const url = sign(BIG_KEY, { disposition, contentType: 'image/png' })
    const forged = { id: 'new', secret: 'f'.repeat(32) }
    const refused = [
      url.replace('one.m4s', 'two.m4s'),
      url.replace('d=attachment', 'd=inline'),
      url.replace('t=image%2Fpng', 't=text%2Fhtml'),
      url.replace(/e=\d+/, 'e=99999999999'),
      url.replace('k=new', 'k=old'),
      url.replace('k=new', 'k=__proto__'),
      url.replace(/s=.*/, 's=%%%'),
      `${worker.baseUrl}/${BIG_KEY}`,
      sign(BIG_KEY, {}, [forged] as never),
    ]
    for (const each of refused) expect([each, (await fetch(each)).status]).toEqual([each, 403])
    expect((await fetch(sign(BIG_KEY, { expiresAt: new Date(Date.now() - 1000) }))).status).toBe(410)
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
  })

  it('knows two secrets, so that keys can rotate, and answers pages of every origin', async () => {
    expect((await fetch(sign(BIG_KEY, {}, [KEYS[1]] as never))).status).toBe(200)
    const headers = { origin: 'https://app.example', 'access-control-request-headers': 'range' }
    const answer = await fetch(sign(BIG_KEY), { method: 'OPTIONS', headers })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    expect(answer.headers.get('access-control-allow-headers')).toContain('range')
  })

  it('opens everything below a signed prefix, by names that are relative to a playlist, and nothing else', async () => {
    const signer = hmacDelivery({ baseUrl: worker.baseUrl, keys: [...KEYS] })
    const master = signer.signPrefix?.('video/0199/', { expiresAt: inAMinute() })('video/0199/hls/master.m3u8')
    const segment = new URL('720/one.m4s', master)
    expect(BIG.equals(Buffer.from(await (await fetch(segment)).arrayBuffer()))).toBe(true)
    for (const outside of ['/video/0200/one.m4s', '/video/0199', '/photo/x.jpg', '/video/0199/%2e%2e/x.jpg']) {
      const elsewhere = segment.href.replace(`/${BIG_KEY}`, outside)
      expect(elsewhere).not.toBe(segment.href)
      expect((await fetch(elsewhere)).status).toBe(403)
    }
  })

  it('keeps what has not changed, and shows nothing of an error of the origin', async () => {
    const { headers } = await fetch(sign(BIG_KEY), { method: 'HEAD' })
    const kept = await fetch(sign(BIG_KEY), { headers: { 'if-none-match': headers.get('etag') ?? '' } })
    expect([kept.status, await kept.text()]).toEqual([304, ''])
    const absent = await fetch(sign('video/0199/none.mp4'))
    expect([absent.status, await absent.text()]).toEqual([404, ''])
    expect(absent.headers.get('cache-control')).toBe('no-store')
  })
})

describe('an application behind it', () => {
  it('issues URLs of the CDN for originals and variants, and purges what it deletes', async () => {
    const { rindle } = application
    const workers = await application.work()
    const picture = await sharp({ create: { width: 90, height: 60, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer()
    const asset = await rindle.upload('photo', Readable.from([picture]), { filename: 'grün.jpg' })
    const ready = await settled(rindle, asset.id)
    const plain = rindle as unknown as Rindle
    const urls = [await plain.url(ready, { disposition: 'attachment' }), (await plain.variantUrl(ready, 'thumb')) ?? '']
    const [original, thumb] = await Promise.all(urls.map((url) => fetch(url)))
    expect(urls.every((url) => url.startsWith(`${worker.baseUrl}/photo/${asset.id}/`))).toBe(true)
    expect(original?.headers.get('content-disposition')).toContain(`filename*=UTF-8''gr%C3%BCn.jpg`)
    expect([original?.status, thumb?.headers.get('content-type')]).toEqual([200, 'image/webp'])
    await rindle.purgeAsset(asset.id, { live: true })
    const paths = urls.map((url) => new URL(url).pathname)
    await expect.poll(() => purged, { timeout: 20_000 }).toEqual(expect.arrayContaining(paths))
    expect(purged.filter((path) => path.includes('/staging/'))).toEqual([])
    await workers.stop()
  })

  it('is examined through the CDN: its signatures, and that nobody gets an object without one', async () => {
    const examine = async (): Promise<Readonly<Record<string, unknown>>> => {
      const delivery = hmacDelivery({ baseUrl: worker.baseUrl, keys: KEYS })
      const storages = { main: s3Storage({ ...bucketOptions, delivery }) }
      const { rindle } = await patientOf({ database: application.databaseUrl, storages, processors: [], profiles: {} })
      const { checks } = await rindle.doctor()
      const own = checks.filter(({ id }) => ['storage.signed_url', 'storage.cdn_private'].includes(id))
      return Object.fromEntries(own.map(({ id, status, fix = '' }) => [id, `${status} ${fix}`.trim()]))
    }
    expect(await examine()).toEqual({ 'storage.signed_url': 'ok', 'storage.cdn_private': 'ok' })
    const { env } = worker
    const keys = env.KEYS
    env.KEYS = JSON.stringify({ new: 'x'.repeat(32) })
    expect(await examine()).toMatchObject({
      'storage.signed_url': expect.stringMatching(/^error Give the CDN the key that signs here/),
    })
    env.KEYS = keys
  })
})

function inAMinute(): Date {
  return new Date(Date.now() + 60_000)
}
