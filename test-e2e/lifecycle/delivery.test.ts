import { createHash } from 'node:crypto'
import { type Asset, defineProfile, type RindleEvent } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

const accept = { types: ['image/*', 'image/svg+xml'], maxBytes: 1_000_000 } as const
const variants = { thumb: image.crop(8, 8), later: image.fit(4) } as const
const profiles = {
  plain: defineProfile({ storage: 'main', accept, variants }),
  brief: defineProfile({ storage: 'main', accept, variants, delivery: { expiresInSeconds: 60 } }),
  guarded: defineProfile({
    storage: 'main',
    accept,
    delivery: { authorize: ({ actor }) => (actor === 'owner' ? true : actor === 'banned' ? 'banned' : false) },
  }),
}

let now = new Date('2026-01-01T00:00:00Z')
let application: Application<typeof profiles>
let picture: Buffer

beforeAll(async () => {
  application = await startApplication({ profiles, now: () => now, delivery: { maxExpiresInSeconds: 3_600 } })
  await application.work()
  picture = await quadrants(64, 64)
})
afterAll(async () => application[Symbol.asyncDispose]())

async function newAsset<P extends 'plain' | 'guarded'>(profile: P, filename = 'holiday photo.jpg') {
  const uploaded = await application.rindle.upload(profile, picture, { filename })
  return application.rindle.narrow(await settled(application.rindle, uploaded.id), profile)
}

const fetchFile = (url: string | null, headers: Record<string, string> = {}, method = 'GET') =>
  application.rindle.serveFile(new Request(url ?? '', { headers, method }))

describe('a signed URL', () => {
  it('gives the whole original, with headers that keep it private and inert', async () => {
    const asset = await newAsset('plain')
    const response = await fetchFile(await application.rindle.url(asset))
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': String(picture.byteLength),
      'content-disposition': 'inline; filename="holiday photo.jpg"',
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      'cache-control': expect.stringMatching(/^private, max-age=\d+, immutable$/),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(asset.checksumSha256)
  })

  it('stays the same for a while, lives at least as long as asked, and ends', async () => {
    const asset = await newAsset('plain')
    now = new Date('2026-01-01T00:00:10Z')
    const url = await application.rindle.url(asset, { expiresInSeconds: 60 })
    now = new Date('2026-01-01T00:00:20Z')
    expect(await application.rindle.url(asset, { expiresInSeconds: 60 })).toBe(url)
    now = new Date('2026-01-01T00:01:10Z')
    expect((await fetchFile(url)).status).toBe(200)
    now = new Date('2026-01-01T00:02:00Z')
    const response = await fetchFile(url)
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([403, 'token_expired'])
  })

  it('lives as long as the call says, else the profile, else the instance, and never longer than the longest', async () => {
    now = new Date('2026-01-01T00:00:00Z')
    const { rindle } = application
    const plain = await newAsset('plain')
    const brief = rindle.narrow({ ...plain, profile: 'brief' }, 'brief')
    const secondsOf = async (url: string): Promise<number> => {
      const { expiresAt } = application.storage.openToken(new URL(url).pathname.split('/').at(-1) ?? '', 'GET', now)
      return (expiresAt.getTime() - now.getTime()) / 1_000
    }
    expect(await secondsOf(await rindle.url(brief, { expiresInSeconds: 30 }))).toBe(30)
    expect(await secondsOf(await rindle.url(brief))).toBe(60)
    expect(await secondsOf(await rindle.url(plain))).toBe(900)
    expect(await secondsOf(await rindle.url(plain, { expiresInSeconds: 3_600 }))).toBe(3_600)
    now = new Date('2026-01-01T00:00:01Z')
    expect(await secondsOf(await rindle.url(plain, { expiresInSeconds: 3_600 }))).toBe(3_600)
    for (const expiresInSeconds of [3_601, 0, Number.NaN]) {
      await expect(rindle.url(plain, { expiresInSeconds })).rejects.toMatchObject({ code: 'invalid_input' })
    }
  })

  it('carries the disposition and the name that the caller wants', async () => {
    const { rindle } = application
    const asset = await newAsset('plain')
    const dispositionOf = async (url: string | null) => (await fetchFile(url)).headers.get('content-disposition')
    const options = { disposition: 'attachment', filename: 'report.jpg' } as const
    expect(await dispositionOf(await rindle.url(asset, options))).toBe('attachment; filename=report.jpg')
    expect(await dispositionOf(await rindle.variantUrl(asset, 'thumb'))).toBe(
      'inline; filename="holiday photo-thumb.jpg"',
    )
    expect(await dispositionOf(await rindle.variantUrl(asset, 'thumb', options))).toBe(
      'attachment; filename=report.jpg',
    )
  })

  it('cannot be changed by a letter', async () => {
    const url = await application.rindle.url(await newAsset('plain'))
    const last = url.at(-1) === 'A' ? 'B' : 'A'
    const response = await fetchFile(url.slice(0, -2) + last + last)
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([403, 'token_invalid'])
    expect(response.headers.get('content-type')).toBe('application/problem+json')
  })

  it.each([
    ['the first bytes', 'bytes=0-9', 206, 'bytes 0-9/SIZE', 10],
    ['from a byte to the end', 'bytes=10-', 206, 'bytes 10-LAST/SIZE', -10],
    ['the last bytes', 'bytes=-5', 206, 'bytes START-LAST/SIZE', 5],
    ['more than there is', 'bytes=0-999999', 206, 'bytes 0-LAST/SIZE', 0],
    ['past the end', 'bytes=999999-', 416, 'bytes */SIZE', null],
    ['nonsense', 'bytes=b-a', 200, null, 0],
    ['another unit', 'lines=0-1', 200, null, 0],
    ['several ranges', 'bytes=0-1,4-5', 200, null, 0],
  ])('answers a range of %s', async (_what, range, status, contentRange, length) => {
    const size = picture.byteLength
    const response = await fetchFile(await application.rindle.url(await newAsset('plain')), { range })
    expect(response.status).toBe(status)
    const expected = contentRange
      ?.replace('SIZE', String(size))
      .replace('LAST', String(size - 1))
      .replace('START', String(size - 5))
    expect(response.headers.get('content-range')).toBe(expected ?? null)
    if (length === null) return
    const bytes = (await response.arrayBuffer()).byteLength
    expect(bytes).toBe(length > 0 ? length : size + length)
    expect(response.headers.get('content-length')).toBe(String(bytes))
  })

  it('answers conditional requests', async () => {
    const url = await application.rindle.url(await newAsset('plain'))
    const first = await fetchFile(url)
    const etag = first.headers.get('etag') ?? ''
    expect((await fetchFile(url, { 'if-none-match': etag })).status).toBe(304)
    expect((await fetchFile(url, { 'if-none-match': '"other"' })).status).toBe(200)
    expect((await fetchFile(url, { range: 'bytes=0-1', 'if-range': etag })).status).toBe(206)
    expect((await fetchFile(url, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200)
  })

  it('answers HEAD without a body, and no other method', async () => {
    const url = await application.rindle.url(await newAsset('plain'))
    const head = await fetchFile(url, {}, 'HEAD')
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(picture.byteLength),
      '',
    ])
    expect((await fetchFile(url, {}, 'DELETE')).status).toBe(405)
  })

  it('carries a name of any script, and no header that the name tries to add', async () => {
    const asset = await newAsset('plain', 'Grüße 你好\r\nset-cookie: a=b.jpg')
    const header = (await fetchFile(await application.rindle.url(asset))).headers.get('content-disposition') ?? ''
    expect(header).toMatch(/^inline; filename=".+"; filename\*=UTF-8''Gr%C3%BC%C3%9Fe/)
    expect(header).not.toMatch(/[\r\n]/)
  })
})

describe('active content', () => {
  it('is only ever an attachment, and runs nothing when opened', async () => {
    const { rindle } = application
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>',
    )
    const uploaded = await rindle.upload('guarded', svg, { filename: 'a.svg' })
    const asset = rindle.narrow(await settled(rindle, uploaded.id), 'guarded')
    const response = await fetchFile(await rindle.url(asset, { actor: 'owner', disposition: 'inline' }))
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
  })
})

describe('the authorizer', () => {
  it('grants, or refuses with its reason, and a refusal issues nothing', async () => {
    const { rindle } = application
    const asset = await newAsset('guarded')
    const issued: unknown[] = []
    const off = rindle.on('rindle.delivery.signed', (event: RindleEvent<'rindle.delivery.signed'>) => {
      issued.push(event.metadata)
    })
    await expect(rindle.url(asset)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(rindle.url(asset, { actor: 'banned' })).rejects.toMatchObject({ details: { reason: 'banned' } })
    expect(issued).toEqual([])
    await rindle.url(asset, { actor: 'owner' })
    off()
    expect(issued).toEqual([{ profile: 'guarded', adapter: 'local', mode: 'signed' }])
  })
})

describe('a variant that is not ready', () => {
  async function withVariantState(state: string) {
    const asset = await newAsset('plain')
    await application.rindle.prisma.mediaVariant.updateMany({
      where: { assetId: asset.id, name: 'thumb' },
      data: { state },
    })
    return application.rindle.narrow((await application.rindle.asset(asset.id)) ?? asset, 'plain')
  }
  const keyOf = (url: string | null) =>
    JSON.parse(Buffer.from(url?.split('/').at(-1)?.split('.')[0] ?? '', 'base64url').toString()) as unknown

  it.each([
    ['stale', {}, 'variant'],
    ['processing', {}, 'variant'],
    ['stale', { staleMode: 'fallback_original' }, 'original'],
    ['processing', { staleMode: 'fallback_original' }, 'original'],
    ['failed', {}, 'original'],
    ['failed', { onNotReady: 'placeholder' }, null],
    ['missing', {}, 'original'],
  ] as const)('%s with %j leads to %s', async (state, options, target) => {
    const asset = await withVariantState(state)
    const url = await application.rindle.variantUrl(asset, 'thumb', options)
    const key = url === null ? null : JSON.stringify(keyOf(url)).includes('/original-') ? 'original' : 'variant'
    expect(key).toBe(target)
  })

  it('is an error when that is asked for', async () => {
    const asset = await withVariantState('failed')
    await expect(application.rindle.variantUrl(asset, 'thumb', { onNotReady: 'error' })).rejects.toMatchObject({
      code: 'not_deliverable',
    })
  })

  it.each([
    ['planned', true],
    ['queued', true],
    ['processing', true],
    ['failed', false],
    ['cancelled', false],
    ['purged', false],
  ] as const)('is an error for one that is %s, and says whether waiting helps: %s', async (state, retryable) => {
    const asset = await newAsset('plain')
    const unmade = asset.variants.map((variant) => ({ ...variant, state, storageKey: null }))
    const wanted = application.rindle.variantUrl({ ...asset, variants: unmade }, 'thumb', { onNotReady: 'error' })
    await expect(wanted).rejects.toMatchObject({ code: 'not_deliverable', retryable })
  })

  it('is an error with the known names for an unknown variant', async () => {
    const asset = await newAsset('plain')
    await expect(application.rindle.variantUrl(asset, 'thum' as 'thumb')).rejects.toMatchObject({
      code: 'unknown_variant',
      message: expect.stringContaining('thumb, later'),
    })
  })
})

describe('a URL of an asset that is not delivered', () => {
  it.each([
    ['staged', true],
    ['validating', true],
    ['analyzing', true],
    ['promoting', true],
    ['quarantined', false],
    ['trashed', false],
    ['deleted', false],
  ] as const)('is refused while it is %s, and the error says whether waiting helps: %s', async (state, retryable) => {
    const asset = { ...(await newAsset('plain')), state }
    for (const wanted of [application.rindle.url(asset), application.rindle.variantUrl(asset, 'thumb')]) {
      await expect(wanted).rejects.toMatchObject({
        code: 'not_deliverable',
        retryable,
        details: { state },
        message: expect.stringMatching(retryable ? /Read it again when it is available\.$/ : / is not delivered\.$/),
      })
    }
  })
})

describe('what a caller without a compiler passes for an asset', () => {
  it.each([
    ['an id and a profile', ({ id, profile }: Asset) => ({ id, profile })],
    ['an id', ({ id }: Asset) => id],
    ['an asset of the client', ({ id, profile, state }: Asset) => ({ id, profile, state, variants: {} })],
    ['nothing', () => null],
  ])('is refused with a sentence on what to pass: %s', async (_what, given) => {
    const { rindle } = application
    const part = given(await newAsset('plain')) as never
    const calls = [rindle.url(part), rindle.variantUrl(part, 'thumb'), rindle.urlsFor([part])]
    const pictures = [rindle.picture(part, { variants: ['thumb'], alt: '' })]
    for (const call of [...calls, ...pictures]) {
      await expect(call).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('Pass what `rindle.asset(id)` returns'),
      })
    }
  })
})

describe('an id that names no asset', () => {
  it.each(['019a3b1c-7d2e-7f00-8000-000000000001', 'abc', ''])('finds none: %j', async (id) => {
    const { rindle } = application
    expect(await rindle.asset(id)).toBeNull()
    expect(await rindle.assetWithUploader(id)).toBeNull()
    expect(await rindle.uploaderOf(id)).toBeNull()
    expect(await rindle.forTenant('acme').asset(id)).toBeNull()
  })
})
