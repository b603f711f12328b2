import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { getSignedUrl } from '@aws-sdk/cloudfront-signer'
import type { DeliverySigner } from '@rindle/core'
import { type CloudFrontDeliveryOptions, cloudFrontDelivery } from '@rindle/delivery-cdn'
import { describe, expect, test } from 'vitest'
import { edgeVerdict, type KeyGroup } from './edge-verifier.ts'

const [one, two] = [keyPair(), keyPair()]
const KEYS: KeyGroup = { K1: one.publicKey, K2: two.publicKey }
const BASE = 'https://media.example'
const KEY = 'photo/0199/original-x.jpg'
const EXPIRES_AT = new Date('2030-01-01T00:00:00.999Z')
const BEFORE = new Date('2029-12-31T23:59:59Z')
const DISPOSITION = `attachment; filename="gr__e (1)'s.jpg"; filename*=UTF-8''gr%C3%BC%C3%9Fe%20%281%29%27s.jpg`
const OPTIONS: CloudFrontDeliveryOptions = { domain: 'media.example', keyPairId: 'K1', privateKey: one.pem }
const signer = cloudFrontDelivery(OPTIONS)

describe('a URL of one object', () => {
  test('opens it until its expiry, which is rounded down', () => {
    const url = signer.sign(KEY, { expiresAt: EXPIRES_AT }).href
    expect(edgeVerdict(url, KEYS, BEFORE)).toBe('ok')
    expect(edgeVerdict(url, KEYS, new Date('2030-01-01T00:00:00Z'))).toBe('expired')
  })

  test('binds path, disposition, type, expiry and key', () => {
    const url = signer.sign(KEY, { expiresAt: EXPIRES_AT, disposition: DISPOSITION, contentType: 'image/png' }).href
    expect(edgeVerdict(url, KEYS, BEFORE)).toBe('ok')
    const { searchParams } = new URL(url)
    expect(searchParams.get('response-content-disposition')).toBe(DISPOSITION)
    expect(searchParams.get('response-content-type')).toBe('image/png')
    for (const altered of [
      url.replace('original', 'thumb'),
      url.replace('attachment', 'inline'),
      url.replace('image%2Fpng', 'text%2Fhtml'),
      url.replace(/response-content-type=[^&]+&/, ''),
      url.replace(/Expires=\d+/, 'Expires=1999999999'),
      url.replace('Key-Pair-Id=K1', 'Key-Pair-Id=K2'),
      url.replace('https:', 'http:'),
      `${url}&more=1`,
    ]) {
      expect(altered).not.toBe(url)
      expect(edgeVerdict(altered, KEYS, BEFORE)).toBe('signature')
    }
  })

  test.each([['SHA1'], ['SHA256']] as const)('is what the signer of AWS makes, with %s', (hash) => {
    const ours = cloudFrontDelivery({ ...OPTIONS, hash }).sign(KEY, {
      expiresAt: EXPIRES_AT,
      disposition: DISPOSITION,
      contentType: 'image/png',
    })
    const resource = ours.href.slice(0, ours.href.indexOf('&Expires='))
    const theirs = getSignedUrl({
      url: resource,
      keyPairId: 'K1',
      privateKey: one.pem,
      dateLessThan: new Date('2030-01-01T00:00:00Z'),
      ...(hash === 'SHA256' ? { algorithm: 'SHA256' as const } : {}),
    })
    expect(parametersOf(ours.href)).toEqual(parametersOf(theirs))
    expect(edgeVerdict(theirs, KEYS, BEFORE)).toBe('ok')
  })

  test('is the same for the same options, so that caches can work', () => {
    const options = { expiresAt: EXPIRES_AT, contentType: 'image/png' }
    expect(signer.sign(KEY, options).href).toBe(signer.sign(KEY, options).href)
  })

  test('encodes names that another program gave, as fetch sends them', () => {
    const url = signer.sign("Photos/Été (1)+2's %.JPG", { expiresAt: EXPIRES_AT }).href
    expect(url).toContain('/Photos/%C3%89t%C3%A9%20%281%29%2B2%27s%20%25.JPG?')
    expect(edgeVerdict(new URL(url).href, KEYS, BEFORE)).toBe('ok')
  })

  test('has no headers of its own where the origin would not obey them', () => {
    const bare = cloudFrontDelivery({ ...OPTIONS, responseHeaders: 'none' })
    const { href } = bare.sign(KEY, { expiresAt: EXPIRES_AT, disposition: 'attachment', contentType: 'image/png' })
    expect(href).not.toContain('response-content')
    expect(edgeVerdict(href, KEYS, BEFORE)).toBe('ok')
  })

  test.each(['a*b.jpg', 'a?b.jpg', 'a|b.jpg', '../a.jpg', 'a//b.jpg', 'a\nb.jpg', 'a%2Fb.jpg', ''])(
    'is not made for %j',
    (key) => {
      expect(() => signer.sign(key, { expiresAt: EXPIRES_AT })).toThrow(
        expect.objectContaining({ code: 'storage_key_invalid' }),
      )
    },
  )

  test.each([
    [{ expiresAt: new Date('never') }],
    [{ expiresAt: EXPIRES_AT, disposition: 'attachment\r\nset-cookie: a' }],
    [{ expiresAt: EXPIRES_AT, contentType: 'text/ä' }],
  ])('is not made of what no header and no date can be', (options) => {
    expect(() => signer.sign(KEY, options)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })
})

describe('the URLs below a prefix', () => {
  const urlOf = prefixOf(signer, 'video/0199/hls-1/')

  test('open everything below it by one signature, and nothing beside it', () => {
    const master = urlOf('video/0199/hls-1/master.m3u8').href
    const query = master.slice(master.indexOf('?'))
    expect(edgeVerdict(master, KEYS, BEFORE)).toBe('ok')
    expect(urlOf('video/0199/hls-1/720/one.m4s').href).toBe(`${BASE}/video/0199/hls-1/720/one.m4s${query}`)
    expect(edgeVerdict(`${BASE}/video/0199/hls-1/720/one.m4s${query}`, KEYS, BEFORE)).toBe('ok')
    expect(edgeVerdict(`${BASE}/video/0199/hls-10/master.m3u8${query}`, KEYS, BEFORE)).toBe('resource')
    expect(edgeVerdict(`${BASE}/video/0200/hls-1/master.m3u8${query}`, KEYS, BEFORE)).toBe('resource')
    expect(edgeVerdict(master, KEYS, EXPIRES_AT)).toBe('expired')
  })

  test('are the only ones: a key elsewhere, and a prefix that is no folder, are refused', () => {
    const invalid = expect.objectContaining({ code: 'invalid_input' })
    expect(() => urlOf('video/0200/hls-1/master.m3u8')).toThrow(invalid)
    for (const prefix of ['video', 'video/*/', '/', '', 'a?/', '../']) {
      expect(() => prefixOf(signer, prefix)).toThrow(invalid)
    }
  })
})

describe('keys', () => {
  test('rotate: the new one signs while the group holds both, and the old one ends with its removal', () => {
    const old = signer.sign(KEY, { expiresAt: EXPIRES_AT }).href
    const next = cloudFrontDelivery({ ...OPTIONS, keyPairId: 'K2', privateKey: two.pem })
    const fresh = next.sign(KEY, { expiresAt: EXPIRES_AT }).href
    for (const url of [old, fresh]) expect(edgeVerdict(url, KEYS, BEFORE)).toBe('ok')
    const rotated = { K2: two.publicKey }
    expect([old, fresh].map((url) => edgeVerdict(url, rotated, BEFORE))).toEqual(['unknown key', 'ok'])
  })

  test('may have line breaks as two characters, as environment variables do', () => {
    const escaped = cloudFrontDelivery({ ...OPTIONS, privateKey: one.pem.replaceAll('\n', '\\n') })
    expect(escaped.sign(KEY, { expiresAt: EXPIRES_AT }).href).toBe(signer.sign(KEY, { expiresAt: EXPIRES_AT }).href)
  })

  test.each([
    ['a path', '/etc/keys/cloudfront.pem', /read the file first/],
    ['a public key', one.publicKey.export({ type: 'spki', format: 'pem' }).toString(), /is a public key/],
    ['a damaged key', `${one.pem.slice(0, 300)}\n-----END PRIVATE KEY-----`, /damaged: give the whole PEM text/],
    ['an elliptic curve', curveKey(), /must be an RSA key, not one of type ec/],
  ])('that are %s are refused in words, and not shown', (_what, privateKey, words) => {
    const failure = thrownBy(() => cloudFrontDelivery({ ...OPTIONS, privateKey }))
    expect(failure).toMatchObject({ code: 'config_invalid', message: expect.stringMatching(words) })
    expect(String(failure) + JSON.stringify(failure)).not.toContain(privateKey.slice(5, 24))
  })

  test('are in nothing that a log could hold', () => {
    expect(JSON.parse(JSON.stringify(signer))).toEqual({ name: 'cloudfront' })
  })
})

test('a purge names the paths, with all their queries', async () => {
  const purged: (readonly string[])[] = []
  const purging = cloudFrontDelivery({
    ...OPTIONS,
    purge: async (paths) => void purged.push(paths),
  })
  await purging.purge?.([KEY, 'photo/0199/thumb.webp'])
  expect(purged).toEqual([[`/${KEY}*`, '/photo/0199/thumb.webp*']])
  expect('purge' in signer).toBe(false)
})

function prefixOf(prefixing: DeliverySigner, prefix: string): (key: string) => URL {
  const urlOf = prefixing.signPrefix?.(prefix, { expiresAt: EXPIRES_AT })
  if (urlOf === undefined) throw new Error('The signer signs no prefixes.')
  return urlOf
}

function parametersOf(url: string): Readonly<Record<string, string>> {
  return Object.fromEntries(new URL(url).searchParams)
}

function keyPair(): { readonly pem: string; readonly publicKey: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicKey }
}

function curveKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
