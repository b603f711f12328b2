import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Asset, isRindleError, type Profile, type Rindle, type RindleOptions } from '@rindle/core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { ask } from '../support/ask-for-image.ts'
import { familyProfiles, imagesOptions, openStorageIn } from '../support/family-profiles.ts'
import { quadrants } from '../support/pictures.ts'

type App = Rindle<typeof familyProfiles>
type Photo = Asset<'photo'>

const MINUTE = 60_000
const AVIF = 'image/avif,image/webp,*/*;q=0.8'

let directory: string
let application: Application<typeof familyProfiles>
/** Makes images, and serves none. */
let worker: App
/** Serves images, and could make none: it has no processors. */
let web: App
let photo: Photo
/** The serving processes have a clock of their own, which stands still. */
const START_MS = Date.now()
let clockMs = 0

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rindle-images-'))
  application = await startApplication({
    profiles: familyProfiles,
    storages: { main: openStorageIn(directory) },
    images: imagesOptions,
  })
  worker = application.rindle
  await worker.work()
  web = await server()
  photo = await uploaded('photo')
})
afterAll(async () => {
  await application[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** Another process that serves. */
async function server(
  images: Partial<NonNullable<RindleOptions['images']>> = {},
  changes: Partial<RindleOptions<typeof familyProfiles>> = {},
): Promise<App> {
  return application.another({
    processors: [],
    images: { ...imagesOptions, ...images },
    now: () => new Date(START_MS + clockMs),
    ...changes,
  })
}

async function uploaded<P extends 'photo' | 'open'>(profile: P, width = 200, height = 100): Promise<Asset<P>> {
  const { id } = await worker.upload(profile, await quadrants(width, height), { filename: 'a.jpg' })
  return worker.narrow(await settled(worker, id), profile)
}

async function urlOf(asset: Asset<'photo' | 'open'>, from = web, options = {}): Promise<string> {
  const url = await from.familyUrl(asset, 'hero', options)
  if (url === null) throw new Error('The family has no URL.')
  return url
}

/** The variants on demand of an asset: names and states. */
async function askedFor({ id }: { readonly id: string }): Promise<Record<string, string>> {
  const asset = await worker.asset(id)
  const rows = asset?.variants.filter(({ onDemand }) => onDemand) ?? []
  return Object.fromEntries(rows.map(({ name, state }) => [name, state]))
}

async function encodes(assetId: string): Promise<number> {
  const runs = await worker.prisma.mediaProcessingRun.findMany({
    where: { assetId, variantName: { startsWith: 'hero_' } },
  })
  return runs.length
}

describe('an image on demand', () => {
  it('is made for the first request, in the right size and format, by a worker, and then is there', async () => {
    const fresh = await uploaded('photo')
    const url = await urlOf(fresh)
    expect(await askedFor(fresh)).toEqual({})
    const cold = await ask(web, `${url}?w=41`, { accept: AVIF })
    expect([cold.status, cold.header('content-type')]).toEqual([200, 'image/avif'])
    expect(await sharp(cold.bytes).metadata()).toMatchObject({ format: 'heif', width: 80, height: 40 })
    expect(await askedFor(fresh)).toEqual({ hero_w80_avif: 'ready' })
    const warm = await ask(web, `${url}?w=80`, { accept: AVIF })
    expect(warm.bytes.equals(cold.bytes)).toBe(true)
    expect([warm.header('etag'), warm.header('vary')]).toEqual([cold.header('etag'), 'accept'])
    expect(warm.header('x-content-type-options')).toBe('nosniff')
    expect(warm.header('content-disposition')).toBe('inline; filename=a-hero_w80_avif.avif')
    expect((await worker.asset(fresh.id))?.state).toBe('ready')
  })

  it.each([
    ['?w=1', undefined, 'image/jpeg', 40],
    ['?w=40', 'image/webp', 'image/webp', 40],
    ['?w=80', 'image/avif;q=0.1,image/webp;q=0.9', 'image/webp', 80],
    ['?w=81', 'image/*', 'image/jpeg', 160],
    ['?w=160&format=webp', 'image/jpeg', 'image/webp', 160],
    // Wider than the source: the widest member has its size.
    ['?w=3840', '*/*', 'image/jpeg', 200],
  ])('%s with Accept %s is %s, %i pixels wide', async (query, accept, type, width) => {
    const { status, header, bytes } = await ask(
      web,
      (await urlOf(photo)) + query,
      accept === undefined ? {} : { accept },
    )
    expect([status, header('content-type')]).toEqual([200, type])
    expect((await sharp(bytes).metadata()).width).toBe(width)
  })

  it.each(['', '?w=0', '?w=-40', '?w=4.5', '?w=40&w=80', '?w=40&q=75', '?w=40&format=png', '?w=40&format=jpg'])(
    'is refused for the query "%s", which makes nothing',
    async (query) => {
      const before = await askedFor(photo)
      const { status, code, header } = await ask(web, (await urlOf(photo)) + query)
      expect([status, code, header('cache-control'), header('vary')]).toEqual([
        400,
        'invalid_input',
        'no-store',
        'accept',
      ])
      expect(await askedFor(photo)).toEqual(before)
    },
  )

  it('answers HEAD, conditions and ranges, and no other method', async () => {
    const url = `${await urlOf(photo)}?w=40`
    const { header, bytes } = await ask(web, url)
    const head = await ask(web, url, { method: 'HEAD' })
    expect([head.status, head.bytes.length, head.header('content-length')]).toEqual([200, 0, String(bytes.length)])
    const same = await ask(web, url, { headers: { 'if-none-match': header('etag') ?? '' } })
    expect([same.status, same.bytes.length, same.header('etag')]).toEqual([304, 0, header('etag')])
    expect([same.header('cache-control'), same.header('vary')]).toEqual([header('cache-control'), 'accept'])
    const part = await ask(web, url, { headers: { range: 'bytes=0-9' } })
    expect([part.status, part.bytes.equals(bytes.subarray(0, 10))]).toEqual([206, true])
    const post = await ask(web, url, { method: 'POST' })
    expect([post.status, post.code, post.header('allow')]).toEqual([405, 'invalid_input', 'GET, HEAD'])
  })

  it('that was evicted a moment ago is made anew', async () => {
    const evicted = await uploaded('photo')
    const url = `${await urlOf(evicted)}?w=40`
    const first = await ask(web, url)
    // The server now remembers for a moment that it is ready.
    expect((await ask(web, url)).status).toBe(200)
    const [row] = await worker.prisma.mediaVariant.findMany({ where: { assetId: evicted.id, onDemand: true } })
    await worker.storageAdapterFor('photo').delete(row?.storageKey ?? '')
    await worker.prisma.mediaVariant.update({
      where: { id: row?.id ?? '' },
      data: { state: 'purged', storageKey: null },
    })
    const again = await ask(web, url)
    expect([again.status, again.bytes.equals(first.bytes)]).toEqual([200, true])
    expect(await encodes(evicted.id)).toBe(2)
  })

  it('of 100 cold requests to two servers with two workers is made once', async () => {
    const cold = await uploaded('photo')
    const another = await application.another()
    const workers = await another.work()
    const servers = [web, await server()]
    const url = `${await urlOf(cold)}?w=80`
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => ask(servers[index % 2] as App, url)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ header }) => header('etag'))).size).toBe(1)
    expect(await encodes(cold.id)).toBe(1)
    await workers.stop()
  })
})

describe('the URL of a family', () => {
  it('is stable for a while, ends, and may be kept no longer than it lives', async () => {
    // The beginning of a window of 450 s, half the lifetime.
    clockMs = 450_000 - (START_MS % 450_000) + 1_000
    const url = await urlOf(photo)
    clockMs += MINUTE
    expect(await urlOf(photo)).toBe(url)
    const { header } = await ask(web, `${url}?w=40`)
    const [, seconds] = /^private, max-age=(\d+), immutable$/.exec(header('cache-control') ?? '') ?? []
    expect(Number(seconds)).toBeGreaterThan(15 * 60)
    expect(Number(seconds)).toBeLessThanOrEqual(22.5 * 60 - 60)
    clockMs += Number(seconds) * 1_000 + 1_000
    expect(await urlOf(photo)).not.toBe(url)
    const expired = await ask(web, `${url}?w=40`)
    expect([expired.status, expired.code, expired.header('cache-control')]).toEqual([403, 'token_expired', 'no-store'])
    clockMs = 0
  })

  it('of a public profile never ends, and is kept for ever as long as it is of this version', async () => {
    const open = await uploaded('open')
    const url = await urlOf(open)
    clockMs = 400 * 24 * 60 * MINUTE
    expect(await urlOf(open)).toBe(url)
    const { status, header } = await ask(web, `${url}?w=40`)
    expect([status, header('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable'])
    clockMs = 0
    // A deployment declares another recipe: the URL changes, and the old one still shows the picture, to be asked again.
    const { variants } = familyProfiles.open as Profile
    const older = { ...variants, hero_w320_jpeg: { ...variants['hero_w320_jpeg'], digest: 'f'.repeat(64) } }
    const profiles = { ...familyProfiles, open: { ...familyProfiles.open, variants: older } } as typeof familyProfiles
    const before = await server({}, { profiles })
    const oldUrl = await urlOf(worker.narrow({ ...open, width: 400 }, 'open'), before)
    expect(oldUrl).not.toBe(url)
    const old = await ask(web, `${oldUrl}?w=40`)
    expect([old.status, old.header('cache-control')]).toEqual([200, 'public, no-cache'])
  })

  it('without expiry is not valid once its profile is private', async () => {
    const open = await uploaded('open')
    const url = await urlOf(open)
    const delivery = { ...familyProfiles.open.delivery, public: false }
    const later = await server({}, { profiles: { ...familyProfiles, open: { ...familyProfiles.open, delivery } } })
    const { status, code } = await ask(later, `${url}?w=40`)
    expect([status, code]).toEqual([403, 'token_invalid'])
  })

  it('asks the authorizer, knows its families, and wants a deliverable asset', async () => {
    await expect(web.familyUrl(photo, 'hero', { actor: 'stranger' })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(web.familyUrl(photo, 'heroes' as 'hero')).rejects.toMatchObject({ code: 'unknown_variant' })
    const gone = web.familyUrl({ ...photo, state: 'quarantined' }, 'hero')
    await expect(gone).rejects.toMatchObject({ code: 'not_deliverable' })
    expect(await web.familyUrl({ ...photo, kind: 'other', contentType: 'application/pdf' }, 'hero')).toBeNull()
  })

  it('with a forged token, of another asset or of a purged one, shows nothing', async () => {
    const url = await urlOf(photo)
    const forged = await ask(web, `${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}?w=40`)
    expect([forged.status, forged.code]).toEqual([403, 'token_invalid'])
    const absent = await ask(web, `${await urlOf({ ...photo, id: '01900000-0000-7000-8000-000000000000' })}?w=40`)
    expect([absent.status, absent.code]).toEqual([404, 'not_found'])
  })

  it('of an asset that was refused meanwhile shows nothing', async () => {
    const refused = await uploaded('photo')
    const url = await urlOf(refused)
    await worker.prisma.mediaAsset.update({ where: { id: refused.id }, data: { state: 'quarantined' } })
    const { status, code } = await ask(web, `${url}?w=40`)
    expect([status, code]).toEqual([409, 'not_deliverable'])
  })
})

describe('an eager family', () => {
  it('is served by its URL as well, and never planned by a request', async () => {
    const url = await web.familyUrl(photo, 'card')
    const { status, header, bytes } = await ask(web, `${url}?w=33`, { accept: AVIF })
    expect([status, header('content-type')]).toEqual([200, 'image/webp'])
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 64, height: 32 })
    const lacking = await uploaded('photo')
    await worker.prisma.mediaVariant.deleteMany({ where: { assetId: lacking.id, name: 'card_w64_webp' } })
    const none = await ask(web, `${await web.familyUrl(lacking, 'card')}?w=64`, { accept: 'image/webp' })
    expect([none.status, none.code]).toEqual([404, 'not_found'])
    expect((await worker.asset(lacking.id))?.variants.map(({ name }) => name)).not.toContain('card_w64_webp')
  })
})

describe('a picture of a family', () => {
  it('on demand is one image with all widths under one URL, and makes nothing', async () => {
    const fresh = await uploaded('photo')
    const { img, sources, fallback, family, html, style } = await web.picture(fresh, {
      family: 'hero',
      alt: 'Quadrants',
      sizes: '50vw',
    })
    const url = await urlOf(fresh)
    expect(img.srcSet).toBe(`${url}?w=40 40w, ${url}?w=80 80w, ${url}?w=160 160w, ${url}?w=320 200w`)
    expect(img).toMatchObject({ src: `${url}?w=320`, sizes: '50vw', width: 200, height: 100, alt: 'Quadrants' })
    expect([sources, fallback, style]).toEqual([[], 'variant', null])
    expect(family).toEqual({ url, widths: [40, 80, 160, 320], types: ['image/avif', 'image/webp', 'image/jpeg'] })
    expect(html).toMatch(/^<img src="/)
    expect(await askedFor(fresh)).toEqual({})
  })

  it('that is eager has sources by format', async () => {
    const picture = await web.picture(photo, { family: 'card', alt: '' })
    expect(picture.sources.map(({ type }) => type)).toEqual(['image/webp'])
    expect(picture.sources[0]?.srcSet.split(', ').map((each) => each.split(' ')[1])).toEqual(['32w', '64w'])
    expect(picture.img).toMatchObject({ width: 64, height: 32 })
    expect(picture.family).toMatchObject({ widths: [32, 64], types: ['image/webp', 'image/jpeg'] })
    const none = await web.picture({ ...photo, contentType: 'image/tiff', variants: [] }, { family: 'card', alt: '' })
    expect(none).toMatchObject({ sources: [], fallback: null, img: { width: 64, height: 32 } })
  })

  it('shows the placeholder of the asset until it is there', async () => {
    const hashed = { ...photo, thumbHash: 'mfcJFIQHiHh/iIeAd3d3d4h5eJeHCIg=' }
    const profiles = { ...familyProfiles, photo: { ...familyProfiles.photo, placeholder: 'thumbhash' as const } }
    const placeholders = await server({}, { profiles })
    const { style, html } = await placeholders.picture(hashed, { family: 'hero', alt: '' })
    expect(style?.aspectRatio).toBe('200 / 100')
    expect(style?.background).toMatch(/^#[0-9a-f]{6} url\(data:image\/png;base64,[\w+/=]+\) center \/ cover no-repeat$/)
    expect(html).toContain(` style="background: ${style?.background}; aspect-ratio: 200 / 100"`)
  })

  it('asks the authorizer once for the family', async () => {
    await expect(web.picture(photo, { family: 'hero', alt: '', actor: 'stranger' })).rejects.toMatchObject({
      code: 'forbidden',
    })
    const wrong = web.picture(photo, { family: 'thumb' as 'hero', alt: '' }).catch((error: unknown) => error)
    expect(isRindleError(await wrong, 'unknown_variant')).toBe(true)
  })
})
