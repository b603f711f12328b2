import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { secureLinkDelivery } from '@rindle/delivery-cdn'
import { localStorage } from '@rindle/storage-local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type NginxServer, nginxMissing, startNginx } from './nginx-server.ts'

const missing = await nginxMissing()
if (missing !== undefined) console.warn(`Skipped: ${missing}.`)

const SECRETS = { 1: randomBytes(24).toString('base64url'), 2: randomBytes(24).toString('base64url') }
const KEY = 'video/0199/original-x.bin'
const SEGMENT = 'video/0199/hls/720/one.m4s'
const BYTES = Buffer.from('a film of twenty-six bytes')

describe.skipIf(missing !== undefined)('nginx with the configuration of the guide', () => {
  let nginx: NginxServer
  let storage: ReturnType<typeof storageWith>

  const signerWith = (...ids: readonly (1 | 2)[]) => {
    const [first, ...others] = ids.map((id) => ({ id: String(id), secret: SECRETS[id] }))
    return secureLinkDelivery({ baseUrl: nginx.baseUrl, keys: [first as NonNullable<typeof first>, ...others] })
  }
  const storageWith = (...ids: readonly (1 | 2)[]) =>
    localStorage({
      directory: nginx.root,
      baseUrl: 'http://app.example',
      signingKey: 's'.repeat(32),
      delivery: signerWith(...ids),
    })

  beforeAll(async () => {
    nginx = await startNginx(SECRETS)
    storage = storageWith(1, 2)
    await storage.start()
    for (const key of [KEY, SEGMENT, 'video/0200/secret.bin']) {
      await storage.put(key, Readable.from([BYTES]), { contentType: 'video/mp4' })
    }
  })

  afterAll(async () => {
    await storage.stop()
    await nginx.stop()
  })

  const urlOf = async (options: { readonly disposition?: string; readonly contentType?: string } = {}) =>
    (await storage.signGet(KEY, { expiresAt: inAMinute(), ...options })).url

  it('delivers an object with the disposition and the type that were signed, whole and in ranges', async () => {
    const disposition = `attachment; filename="_ (1).bin"; filename*=UTF-8''%C3%A4%20%281%29.bin`
    const url = await urlOf({ disposition, contentType: 'image/png' })
    const answer = await fetch(url)
    expect([answer.status, await answer.text()]).toEqual([200, String(BYTES)])
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''%C3%A4%20%281%29.bin`)
    expect(answer.headers.get('content-type')).toBe('image/png')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    const part = await fetch(url, { headers: { range: 'bytes=2-5' } })
    expect([part.status, await part.text()]).toEqual([206, 'film'])
    const plain = await fetch(await urlOf())
    expect(plain.headers.get('content-disposition')).toBeNull()
    expect(plain.headers.get('content-type')).toBe('application/octet-stream')
  })

  it('refuses what was altered, has expired, or names an unknown key', async () => {
    const url = await urlOf({ disposition: 'attachment; filename=a.bin', contentType: 'image/png' })
    for (const altered of [
      url.replace('video/0199/original-x', 'video/0200/secret'),
      url.replace('d=attachment', 'd=inline'),
      url.replace('t=image/png', 't=text/html'),
      url.replace('n=a.bin', 'n=a.html'),
      url.replace('k=1', 'k=2'),
      url.replace('k=1', 'k=3'),
      url.replace(/e=\d+/, 'e=99999999999'),
      url.replace('?', `?e=${Math.floor(Date.now() / 1000) + 9999}&`),
      url.replace(/s=.*/, 's='),
      url.replace(/\?.*/, ''),
    ]) {
      expect(altered).not.toBe(url)
      expect([altered, (await fetch(altered)).status]).toEqual([altered, 403])
    }
    const late = await storage.signGet(KEY, { expiresAt: new Date(Date.now() - 2000) })
    expect((await fetch(late.url)).status).toBe(410)
  })

  it('knows two secrets, so that keys can rotate', async () => {
    const { url } = await storageWith(2, 1).signGet(KEY, { expiresAt: inAMinute() })
    expect(url).toContain('k=2')
    expect((await fetch(url)).status).toBe(200)
  })

  it('opens everything of a signed asset, by names that are relative to a playlist, and nothing else', async () => {
    const open = signerWith(1).signPrefix?.('video/0199/', { expiresAt: inAMinute() })
    const segment = new URL('720/one.m4s', open?.('video/0199/hls/master.m3u8'))
    const answer = await fetch(segment)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'video/mp4'])
    expect((await fetch(segment.href.replace('video/0199', 'video/0200'))).status).toBe(403)
    expect((await fetch(segment.href.replace('hls/720/one.m4s', '..%2F0200%2Fsecret.bin'))).status).toBe(403)
    const late = signerWith(1).signPrefix?.('video/0199/', { expiresAt: new Date(Date.now() - 2000) })(SEGMENT)
    expect((await fetch(late ?? '')).status).toBe(410)
  })

  it('still takes uploads through the application', async () => {
    const request = await storage.signPut('video/0199/new.bin', { expiresAt: inAMinute(), contentType: 'video/mp4' })
    expect(request.url).toMatch(/^http:\/\/app\.example\/files\//)
  })
})

function inAMinute(): Date {
  return new Date(Date.now() + 60_000)
}
