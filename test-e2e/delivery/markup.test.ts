import { type AssetWithVariants, defineProfile, type Rindle, type RindleEvent, type Variant } from '@rindle/core'
import { avProcessor } from '@rindle/processor-av'
import { audio, poster, stream, strip, video } from '@rindle/processor-av/recipes'
import { image } from '@rindle/processor-image/recipes'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'

const accept = { types: ['image/*', 'video/*', 'audio/*'], maxBytes: 10_000_000 } as const
const photoVariants = {
  small: image.fit(40, null, { format: 'jpeg' }),
  large: image.fit(80, null, { format: 'jpeg' }),
  small_webp: image.fit(40, null, { format: 'webp' }),
  large_webp: image.fit(80, null, { format: 'webp' }),
  large_avif: image.fit(80, null, { format: 'avif' }),
} as const
const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept,
    variants: photoVariants,
    delivery: { staleMode: 'fallback_original' },
  }),
  guarded: defineProfile({
    storage: 'main',
    accept,
    variants: photoVariants,
    delivery: { authorize: ({ variant, actor }) => actor === 'owner' || (actor === 'guest' && variant !== undefined) },
  }),
  film: defineProfile({
    storage: 'main',
    accept,
    variants: {
      web: video.mp4({ height: 720 }),
      web_small: video.mp4({ height: 480 }),
      poster: poster(),
      sound: audio.aac(),
      hls: stream({ heights: [90] }),
      strip: strip(),
    },
  }),
}

let application: Application<typeof profiles>
let rindle: Rindle<typeof profiles>
let photo: AssetWithVariants & { profile: 'photo' }

beforeAll(async () => {
  application = await startApplication({
    profiles,
    processors: [warmImageProcessor(), avProcessor()],
    streams: {
      baseUrl: 'https://app.example/rindle',
      signingKeys: ['a key for tests only, thirty-two characters or more'],
    },
  })
  rindle = application.rindle
  const workers = await application.work()
  const uploaded = await rindle.upload('photo', await quadrants(160, 120), { filename: 'a "b" <c>.jpg' })
  photo = rindle.narrow(await settled(rindle, uploaded.id), 'photo')
  await workers.stop()
})
afterAll(async () => application[Symbol.asyncDispose]())

/** The photo as it would be read when these variants were in that state. */
function inState(state: Variant['state'], ...names: readonly string[]): typeof photo {
  const variants = photo.variants.map((variant) => (names.includes(variant.name) ? { ...variant, state } : variant))
  return { ...photo, variants }
}

/** A film with these variants ready, as it would be read. */
function film(ready: readonly string[], changes: Partial<AssetWithVariants> = {}) {
  const [template] = photo.variants
  if (template === undefined) throw new Error('There is no variant.')
  const types: Record<string, string> = { poster: 'image/jpeg', sound: 'audio/mp4' }
  const variants = ready.map((name): Variant => {
    const contentType = types[name] ?? 'video/mp4'
    return { ...template, name, contentType, width: 640, height: 360, storageKey: `film/a/${name}-0.mp4` }
  })
  const original = {
    ...photo,
    profile: 'film',
    kind: 'video',
    contentType: 'video/mp4',
    width: 1280,
    height: 720,
  } as const
  return rindle.narrow({ ...original, ...changes, variants }, 'film')
}

async function contentTypeOf(url = ''): Promise<string | null> {
  return (await rindle.serveFile(new Request(url))).headers.get('content-type')
}

describe('a picture', () => {
  const names = ['large', 'small', 'large_webp', 'small_webp', 'large_avif'] as const

  it('has a source for each newer format, widths, dimensions, and an image that every browser shows', async () => {
    const picture = await rindle.picture(photo, { variants: names, alt: 'Quadrants', sizes: '(min-width: 60rem) 50vw' })
    const [avif, webp] = picture.sources
    expect(picture.sources.map(({ type }) => type)).toEqual(['image/avif', 'image/webp'])
    expect(avif).toMatchObject({ width: 80, height: 60 })
    expect(avif?.srcSet).not.toContain(' ')
    expect(webp).toMatchObject({ width: 80, height: 60, sizes: '(min-width: 60rem) 50vw' })
    expect(webp?.srcSet.split(', ').map((candidate) => candidate.split(' ')[1])).toEqual(['40w', '80w'])
    const { img } = picture
    expect(img).toMatchObject({ alt: 'Quadrants', width: 80, height: 60, loading: 'lazy', decoding: 'async' })
    expect(img.srcSet?.split(', ').map((candidate) => candidate.split(' ')[1])).toEqual(['40w', '80w'])
    expect(picture.fallback).toBe('variant')
    expect(await contentTypeOf(img.src)).toBe('image/jpeg')
    expect(await contentTypeOf(avif?.srcSet)).toBe('image/avif')
    expect(await contentTypeOf(webp?.srcSet.split(' ')[0])).toBe('image/webp')
    expect(picture.html).toMatch(/^<picture><source type="image\/avif" .*><source .*><img src="http.*"><\/picture>$/)
  })

  it('is one image where there is one format, and the class and loading are those asked for', async () => {
    const picture = await rindle.picture(photo, { variants: ['small'], alt: '', loading: 'eager', className: 'hero' })
    expect(picture.sources).toEqual([])
    expect(picture.html).toBe(
      `<img src="${picture.img.src}" alt="" width="40" height="30" loading="eager" decoding="async" class="hero">`,
    )
  })

  it('omits variants that are not ready, and shows the original if no variant can be shown everywhere', async () => {
    const half = await rindle.picture(inState('failed', 'large', 'small_webp'), { variants: names, alt: '' })
    expect(half.sources.map(({ srcSet }) => srcSet.includes(','))).toEqual([false, false])
    expect([half.fallback, half.img.srcSet, half.img.width]).toEqual(['variant', undefined, 40])

    const onlyAvif = await rindle.picture(inState('queued', 'large', 'small', 'large_webp', 'small_webp'), {
      variants: names,
      alt: '',
    })
    expect(onlyAvif).toMatchObject({ sources: [{ type: 'image/avif' }], fallback: 'original', img: { width: 160 } })
    expect(await contentTypeOf(onlyAvif.img.src)).toBe('image/jpeg')

    const none = await rindle.picture({ ...photo, variants: [] }, { variants: names, alt: '' })
    expect(none).toMatchObject({ sources: [], fallback: 'original' })
  })

  it.each(['image/heic', 'image/tiff', 'image/avif', 'video/mp4', null])(
    'never hands a browser an original of type %s',
    async (contentType) => {
      const kind = contentType?.startsWith('video') === true ? 'video' : 'image'
      const original = { ...inState('processing', ...Object.keys(photoVariants)), contentType, kind } as typeof photo
      const without = await rindle.picture(original, { variants: names, alt: 'Soon' })
      expect(without).toMatchObject({ sources: [], fallback: null })
      expect(without.html).toBe('<img alt="Soon" loading="lazy" decoding="async">')
      const placeholder = await rindle.picture(original, { variants: names, alt: 'Soon', placeholder: '/soon.svg' })
      expect(placeholder).toMatchObject({ fallback: 'placeholder', img: { src: '/soon.svg' } })
      const avif = { ...inState('processing', 'large', 'small', 'large_webp', 'small_webp'), contentType, kind }
      const newest = await rindle.picture(avif as typeof photo, { variants: names, alt: '' })
      expect(newest).toMatchObject({ sources: [{ type: 'image/avif' }], fallback: null })
    },
  )

  it('shows a stale variant as it was made, where that is wanted', async () => {
    const stale = inState('stale', 'large')
    const options = { variants: ['large', 'small'], alt: '' } as const
    expect((await rindle.picture(stale, options)).img.width).toBe(40)
    expect((await rindle.picture(stale, { ...options, staleMode: 'serve_stale' })).img.width).toBe(80)
  })

  it('leaves out what the authorizer refuses, issues nothing for it, and is forbidden when that is all', async () => {
    const guarded = rindle.narrow({ ...photo, profile: 'guarded' }, 'guarded')
    const issued: RindleEvent<'rindle.delivery.signed'>[] = []
    const off = rindle.on('rindle.delivery.signed', (event) => void issued.push(event))
    await expect(rindle.picture(guarded, { variants: names, alt: '', actor: 'stranger' })).rejects.toMatchObject({
      code: 'forbidden',
    })
    expect(issued).toEqual([])
    const failed = { ...guarded, variants: guarded.variants.filter(({ name }) => name === 'large_avif') }
    const guest = await rindle.picture(failed, { variants: names, alt: '', actor: 'guest' })
    expect(guest).toMatchObject({ sources: [{ type: 'image/avif' }], fallback: null })
    expect(issued).toHaveLength(1)
    off()
  })

  it('wants image variants of the profile, and a deliverable asset', async () => {
    const unknown = rindle.picture(photo, { variants: ['larg' as 'large'], alt: '' })
    await expect(unknown).rejects.toMatchObject({ code: 'unknown_variant' })
    await expect(rindle.picture(film(['web']), { variants: ['web' as 'poster'], alt: '' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('"web"'),
    })
    const quarantined = rindle.picture({ ...photo, state: 'quarantined' }, { variants: names, alt: '' })
    await expect(quarantined).rejects.toMatchObject({ code: 'not_deliverable' })
  })

  it('escapes whatever it is given', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 })
    const hostile = fc.oneof(text, fc.constantFrom(`"><script>alert(1)</script>`, `' onerror='x`, '&quot;', '<!--'))
    await fc.assert(
      fc.asyncProperty(hostile, hostile, hostile, async (alt, sizes, className) => {
        const { html } = await rindle.picture(photo, { variants: names, alt, sizes, className })
        const element = /<\/?(picture|source|img)( [a-z]+="[^"<>']*")*>/gu
        expect(html.replace(element, '')).toBe('')
      }),
      { numRuns: 50 },
    )
  })
})

describe('a video', () => {
  it('has its sources in the given order, a poster, tracks, and the dimensions of the first', async () => {
    const tracks = [
      { src: '/en.vtt?a=1&b=2', srcLang: 'en', label: 'English "CC"', kind: 'captions', default: true },
    ] as const
    const player = await rindle.video(film(['web', 'web_small', 'poster']), {
      variants: ['web_small', 'web'],
      poster: 'poster',
      tracks,
      crossOrigin: 'anonymous',
    })
    expect(player.attributes).toMatchObject({ controls: true, preload: 'metadata', width: 640, height: 360 })
    expect(player.sources).toMatchObject([{ type: 'video/mp4' }, { type: 'video/mp4' }])
    expect(player.fallback).toBe('variant')
    const { poster: shown } = player.attributes
    expect(player.html).toBe(
      `<video controls preload="metadata" crossorigin="anonymous" width="640" height="360" poster="${shown}">` +
        player.sources.map(({ src }) => `<source src="${src}" type="video/mp4">`).join('') +
        '<track kind="captions" src="/en.vtt?a=1&amp;b=2" srclang="en" label="English &quot;CC&quot;" default></video>',
    )
  })

  it('has the stream first, the tracks of the asset escaped, and the storyboard', async () => {
    const index = {
      role: 'video',
      codecs: 'avc1.64001f',
      bandwidth: 2_000,
      averageBandwidth: 1_000,
      timescale: 1_000,
      init: 700,
      segments: { bytes: [100], ticks: [6_000] },
    }
    const tiles = { tileCount: 2, columns: 2, intervalMs: 1_000, tileWidth: 160, tileHeight: 90 }
    const metadata: Record<string, Variant['metadata']> = { hls_90: { stream: index }, strip: tiles }
    const ready = film(['hls_90', 'web', 'strip'])
    const variants = ready.variants.map((variant) => ({ ...variant, metadata: metadata[variant.name] ?? {} }))
    const track: AssetWithVariants['tracks'][number] = {
      id: photo.id,
      assetId: photo.id,
      kind: 'captions',
      lang: 'en',
      label: `"><script>'&`,
      isDefault: true,
      sourceIndex: null,
      storageKey: 'film/a/track-0.vtt',
      byteSize: 10,
      cueCount: 1,
      damagedAt: null,
      createdAt: new Date(0),
      updatedAt: new Date(0),
    }
    const streamed = rindle.narrow({ ...ready, variants, tracks: [track] }, 'film')
    const player = await rindle.video(streamed, { variants: ['web'], stream: 'hls', storyboard: 'strip' })
    expect(player.sources).toMatchObject([
      { type: 'application/vnd.apple.mpegurl', src: expect.stringMatching(/\/streams\/[^/]+\/master\.m3u8$/) },
      { type: 'video/mp4' },
    ])
    expect(player.tracks).toMatchObject([
      { kind: 'captions', srcLang: 'en', default: true },
      { kind: 'metadata', label: 'thumbnails', src: expect.stringMatching(/\/streams\/[^/]+\/strip\.vtt$/) },
    ])
    expect(player.attributes.crossOrigin).toBe('anonymous')
    expect(player.html).toContain('label="&quot;&gt;&lt;script&gt;')
    expect(player.html).not.toContain('<script')
  })

  it('plays the original while nothing is ready, and has no poster instead of a video for one', async () => {
    const player = await rindle.video(film([]), { variants: ['web'], poster: 'poster' })
    expect(player).toMatchObject({
      fallback: 'original',
      sources: [{ type: 'video/mp4' }],
      attributes: { width: 1280 },
    })
    expect(player.attributes.poster).toBeUndefined()
    expect(await rindle.variantUrl(film([]), 'poster')).toBeNull()
  })

  it('hands out an original that browsers play, and no other', async () => {
    const quicktime = await rindle.video(film([], { contentType: 'video/quicktime' }), { variants: ['web'] })
    expect(quicktime.sources.map(({ type }) => type)).toEqual([undefined])
    const matroska = await rindle.video(film([], { contentType: 'video/x-matroska' }), { variants: ['web'] })
    expect(matroska).toMatchObject({ sources: [], fallback: null })
    expect(matroska.html).toBe('<video controls preload="metadata" width="1280" height="720"></video>')
  })
})

describe('sound', () => {
  it('has its variant, or the original while that is not ready', async () => {
    const made = await rindle.audio(film(['sound']), { variants: ['sound'], className: 'player' })
    expect(made.html).toBe(
      `<audio controls preload="metadata" class="player"><source src="${made.sources[0]?.src}" type="audio/mp4"></audio>`,
    )
    const recording = { kind: 'audio', contentType: 'audio/mpeg', width: null, height: null } as const
    const original = await rindle.audio(film([], recording), { variants: ['sound'] })
    expect(original).toMatchObject({ fallback: 'original', sources: [{ type: 'audio/mpeg' }] })
    // A video plays as sound only when its sound was taken out of it.
    expect(await rindle.audio(film([]), { variants: ['sound'] })).toMatchObject({ fallback: null, sources: [] })
  })
})
