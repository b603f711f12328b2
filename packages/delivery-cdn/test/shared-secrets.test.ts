import { createHash, createHmac } from 'node:crypto'
import { type HmacDeliveryOptions, hmacDelivery, secureLinkDelivery } from '@rindle/delivery-cdn'
import { describe, expect, test } from 'vitest'

const SECRET = 'a secret of thirty-two characters'.replaceAll(' ', '_')
const OPTIONS: HmacDeliveryOptions = { baseUrl: 'https://media.example/', keys: [{ id: '1', secret: SECRET }] }
const KEY = 'photo/0199/original-x.jpg'
const EXPIRES_AT = new Date('2030-01-01T00:00:00.999Z')
const SECONDS = '1893456000'

describe('hmacDelivery', () => {
  test('signs key id, expiry, path, disposition and type, each on its line', () => {
    const disposition = `attachment; filename*=UTF-8''%C3%A4.jpg`
    const url = hmacDelivery(OPTIONS).sign(KEY, { expiresAt: EXPIRES_AT, disposition, contentType: 'image/png' })
    const lines = ['rindle-cdn-1', '1', SECONDS, `/${KEY}`, disposition, 'image/png']
    expect(Object.fromEntries(url.searchParams)).toEqual({
      e: SECONDS,
      k: '1',
      d: disposition,
      t: 'image/png',
      s: createHmac('sha256', SECRET).update(lines.join('\n')).digest('base64url'),
    })
    expect(url.href).toMatch(/^https:\/\/media\.example\/photo\/0199\/original-x\.jpg\?/)
  })

  test('puts the token of a prefix into the path, so that relative names keep it', () => {
    const urlOf = hmacDelivery(OPTIONS).signPrefix?.('video/0199/', { expiresAt: EXPIRES_AT })
    const master = urlOf?.('video/0199/hls/master.m3u8') ?? new URL('none:')
    const segment = new URL('720/one.m4s', master)
    expect(segment.pathname).toMatch(/^\/~[A-Za-z0-9_-]+\/video\/0199\/hls\/720\/one\.m4s$/)
    expect(segment.href).toBe(urlOf?.('video/0199/hls/720/one.m4s').href)
    expect(() => urlOf?.('video/0200/a.mp4')).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })

  test('takes a path below its origin into the signature', () => {
    const below = hmacDelivery({ ...OPTIONS, baseUrl: 'https://media.example/cdn' })
    const url = below.sign(KEY, { expiresAt: EXPIRES_AT })
    const lines = ['rindle-cdn-1', '1', SECONDS, `/cdn/${KEY}`, '', '']
    expect(url.searchParams.get('s')).toBe(createHmac('sha256', SECRET).update(lines.join('\n')).digest('base64url'))
  })
})

describe('secureLinkDelivery', () => {
  test('signs what nginx sees: the undecoded query, with the secret last', () => {
    const disposition = `attachment; filename="gr__e.jpg"; filename*=UTF-8''gr%C3%BC%C3%9Fe.jpg`
    const url = secureLinkDelivery(OPTIONS).sign(KEY, {
      expiresAt: EXPIRES_AT,
      disposition,
      contentType: 'text/plain; charset=utf-8',
    })
    const signed = `${SECONDS}|/f/${KEY}|attachment|gr%C3%BC%C3%9Fe.jpg|text/plain|1|${SECRET}`
    const signature = createHash('md5').update(signed).digest('base64url')
    expect(url.href).toBe(
      `https://media.example/f/${KEY}?e=${SECONDS}&d=attachment&n=gr%C3%BC%C3%9Fe.jpg&t=text/plain&k=1&s=${signature}`,
    )
  })

  test('signs prefixes of two folders, those of an asset, and no others', () => {
    const signer = secureLinkDelivery(OPTIONS)
    const url = signer.signPrefix?.('video/0199/', { expiresAt: EXPIRES_AT })('video/0199/hls/master.m3u8')
    const signature = createHash('md5').update(`${SECONDS}|p|video/0199/|1|${SECRET}`).digest('base64url')
    expect(url?.pathname).toBe(`/p/${signature}/${SECONDS}/1/video/0199/hls/master.m3u8`)
    expect(() => signer.signPrefix?.('video/', { expiresAt: EXPIRES_AT })).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    )
  })
})

describe.each([
  ['hmacDelivery', hmacDelivery],
  ['secureLinkDelivery', secureLinkDelivery],
])('the options of %s', (_name, make) => {
  test('are checked at once, all of them, without showing a secret', () => {
    const weak = { id: 'not an id', secret: 'too short' }
    const failure = thrownBy(() => make({ baseUrl: 'media.example', keys: [weak] }))
    expect(failure).toMatchObject({ code: 'config_invalid' })
    for (const path of ['baseUrl:', 'keys.0.id:', 'keys.0.secret:']) {
      expect((failure as Error).message).toContain(path)
    }
    expect(String(failure) + JSON.stringify(failure)).not.toContain('too short')
    const twice = { ...OPTIONS, keys: [...OPTIONS.keys, ...OPTIONS.keys] } as unknown as HmacDeliveryOptions
    expect(thrownBy(() => make(twice))).toMatchObject({ code: 'config_invalid' })
  })

  test('leave no secret in what a log could hold', () => {
    const signer = make(OPTIONS)
    expect(JSON.stringify(signer)).not.toContain(SECRET)
    expect(signer.sign(KEY, { expiresAt: EXPIRES_AT }).href).not.toContain(SECRET)
  })
})

function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
