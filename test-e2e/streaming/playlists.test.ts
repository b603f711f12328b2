import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Asset, type AssetWithVariants, defineProfile, type Rindle, type RindleOptions } from '@rindle/core'
import { createHandler } from '@rindle/http'
import { avProcessor } from '@rindle/processor-av'
import { stream, strip } from '@rindle/processor-av/recipes'
import { localStorage } from '@rindle/storage-local'
import { s3Storage } from '@rindle/storage-s3'
import { type S3Server, useS3Server } from '@rindle/test-s3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeClip } from '../av/make-clip.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { s3Kinds } from '../support/s3-application.ts'
import { serveHandler } from './serve-handler.ts'
import { brokenRules, playlistsIn, urlsIn } from './validate-playlists.ts'

const KEY = 'a key for streams of tests only, of thirty-two characters or more'
const CAPTIONS = 'WEBVTT\n\n00:00.000 --> 00:01.000\nHello.\n'

const asked: unknown[] = []
const profiles = {
  film: defineProfile({
    storage: 'main',
    accept: { types: ['video/*'], maxBytes: 20_000_000 },
    variants: { film: stream({ heights: [120, 90], segmentSeconds: 2 }), strip: strip() },
    delivery: {
      authorize: ({ variant, track, actor }) => {
        asked.push(variant ?? track)
        return actor !== 'stranger'
      },
    },
  }),
}
type App = Rindle<typeof profiles>
type Storage = RindleOptions['storages'][string]

/** The ends of what one storage needs, in order. */
const ends = new AsyncDisposableStack()
const STARTS: readonly {
  readonly name: string
  readonly start: () => Promise<{ storage: Storage; baseUrl: string }>
}[] = [
  { name: 'local storage', start: startLocal },
  ...(await s3Kinds()).map((kind) => ({ name: kind, start: () => startBucket(kind) })),
]
/** The handler that answers for local storage, as soon as there is an instance. */
let answer: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 })

async function startLocal(): Promise<{ storage: Storage; baseUrl: string }> {
  const server = await serveHandler(Object.assign((request: Request) => answer(request), { basePath: '/rindle' }))
  ends.defer(server.stop)
  const directory = await mkdtemp(join(tmpdir(), 'rindle-streams-'))
  ends.defer(() => rm(directory, { recursive: true, force: true }))
  const baseUrl = `${server.origin}/rindle`
  return { storage: localStorage({ directory, baseUrl, signingKey: KEY }), baseUrl }
}

async function startBucket(kind: 'minio' | 'ceph'): Promise<{ storage: Storage; baseUrl: string }> {
  const server: S3Server = await useS3Server({ kind })
  ends.defer(() => server.stop())
  const { region, endpoint, signedChecksum, accessKeyId, secretAccessKey } = server
  const bucket = await server.createBucket()
  const credentials = { accessKeyId, secretAccessKey }
  return {
    storage: s3Storage({ bucket, region, endpoint, signedChecksum, credentials }),
    baseUrl: 'http://app.test/rindle',
  }
}

afterAll(() => ends.disposeAsync())

describe.each(STARTS)('a stream on $name', ({ name, start }) => {
  let application: Application<typeof profiles>
  let rindle: App
  let film: Asset<'film'> & AssetWithVariants
  let handler: (request: Request) => Promise<Response>
  let track: string

  beforeAll(async () => {
    const { storage, baseUrl } = await start()
    application = await startApplication({
      profiles,
      storages: { main: storage },
      processors: [avProcessor()],
      streams: { baseUrl, signingKeys: [KEY] },
    })
    rindle = application.rindle
    handler = createHandler(rindle, {
      basePath: '/rindle',
      actor: ({ headers }) => headers.get('x-actor'),
      actorId: String,
    })
    answer = handler
    const clip = await makeClip(application.directory, { size: '160x120', seconds: 5 })
    const { id } = await rindle.upload('film', clip, { filename: 'film.mp4' })
    const workers = await application.work()
    await settled(rindle, id, 50_000)
    await workers.stop()
    const added = await rindle.addTrack({ id }, CAPTIONS, { kind: 'captions', lang: 'en', label: 'English' })
    track = added.id
    film = rindle.narrow((await rindle.asset(id)) as AssetWithVariants, 'film')
  }, 60_000)
  afterAll(() => application[Symbol.asyncDispose]())

  const get = (url: string, init: RequestInit = {}) => handler(new Request(new URL(url, 'http://app.test'), init))
  const read = async (url: string, init: RequestInit = {}) => {
    const response = await get(url, init)
    expect([url.split('/').at(-1), response.status]).toEqual([url.split('/').at(-1), 200])
    return response.text()
  }
  const masterUrl = async (options = {}) => (await rindle.streamUrl(film, 'film', options)) ?? 'null'

  /** The master and all of its playlists, by their URIs. */
  async function playlists(options = {}): Promise<{ master: string; media: ReadonlyMap<string, string> }> {
    const url = await masterUrl(options)
    const master = await read(url)
    const media = new Map<string, string>()
    for (const uri of playlistsIn(master)) media.set(uri, await read(new URL(uri, url).href))
    return { master, media }
  }

  it('has playlists of every size, the sound and the captions, which break no rule of RFC 8216', async () => {
    const found = await playlists()
    expect([...found.media.keys()].toSorted()).toEqual(
      ['film_120.m3u8', 'film_90.m3u8', 'film_sound.m3u8', `${track}.m3u8`].toSorted(),
    )
    const fileOf = async (url: string) => {
      const { headers } = await fetch(url, { headers: { range: 'bytes=0-0' } })
      const byteSize = Number(headers.get('content-range')?.split('/')[1])
      return {
        byteSize,
        read: async (first: number, size: number) => {
          const range = `bytes=${first}-${first + size - 1}`
          return Buffer.from(await (await fetch(url, { headers: { range } })).arrayBuffer())
        },
      }
    }
    expect(await brokenRules({ ...found, fileOf })).toEqual([])
  })

  it('has files that answer with their signature, and with no other one', async () => {
    const { media } = await playlists()
    const urls = [...media.values()].flatMap(urlsIn)
    expect(urls.length).toBe(4)
    const status = async (url: string) => {
      const response = await fetch(url, { headers: { range: 'bytes=0-7', origin: 'http://pages.test' } })
      await response.arrayBuffer()
      return response.status
    }
    for (const [place, url] of urls.entries()) {
      const other = urls[(place + 1) % urls.length] ?? ''
      expect([await status(url), await status(unsigned(url)), await status(withSignatureOf(url, other))]).toEqual([
        206, 403, 403,
      ])
    }
  })

  it('asks the authorizer for each playlist, with the actor of the request', async () => {
    const url = await masterUrl({ actor: 'anna' })
    asked.length = 0
    const paths = ['master.m3u8', 'film_120.m3u8', 'film_sound.m3u8', `${track}.m3u8`]
    for (const path of paths) await read(new URL(path, url).href, { headers: { 'x-actor': 'anna' } })
    expect(asked).toEqual(['film', 'film_120', 'film_sound', track])
    for (const path of paths) {
      const refused = await get(new URL(path, url).href, { headers: { 'x-actor': 'stranger' } })
      expect([refused.status, await codeOf(refused)]).toEqual([403, 'forbidden'])
    }
    await expect(masterUrl({ actor: 'stranger' })).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('ends with its URL, and its files end some time after their playlist', async () => {
    let ahead = 0
    const web = await application.another({ processors: [], now: () => new Date(Date.now() + ahead) })
    const url = (await web.streamUrl(film, 'film', { expiresInSeconds: 1 })) ?? ''
    const serve = (at: string) => web.serveStream(new Request(new URL(at, url)))
    expect((await serve('film_90.m3u8')).status).toBe(200)
    // Twice the film, and half of that again, at most: a player comes back in the middle of it.
    ahead = 9_000
    expect((await serve('film_90.m3u8')).status).toBe(200)
    ahead = 60_000
    const ended = await serve('film_90.m3u8')
    expect([ended.status, await codeOf(ended)]).toEqual([403, 'token_expired'])
    // Issued so long ago that it has ended now.
    ahead = -60_000
    const old = await serve('film_90.m3u8')
    const [file = ''] = urlsIn(await old.text())
    expect((await fetch(file, { headers: { range: 'bytes=0-7' } })).status).toBe(403)
  })

  it('has a storyboard whose cues name the tiles of the strip', async () => {
    const url = (await rindle.storyboardUrl(film, 'strip')) ?? ''
    const text = await read(url)
    expect(text).toMatch(/^WEBVTT\n\n00:00:00\.000 --> 00:00:01\.\d{3}\nhttp\S+#xywh=0,0,160,120\n/)
    const [image = ''] = /http[^#\s]+/.exec(text) ?? []
    const found = await fetch(image)
    expect([found.status, found.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    // The token of a stream grants no storyboard, and that of a storyboard no stream.
    expect((await get(new URL('strip.vtt', await masterUrl()).href)).status).toBe(404)
    expect((await get(new URL('master.m3u8', url).href)).status).toBe(404)
  })

  it('lists what is ready, and waits for a picture and for the sound', async () => {
    const { variants } = film
    const without = (...names: string[]) => ({
      ...film,
      variants: variants.map((each) =>
        names.includes(each.name) ? { ...each, state: 'processing', storageKey: null } : each,
      ),
    })
    const urlOf = (asset: unknown) => rindle.streamUrl(asset as typeof film, 'film')
    expect(await urlOf(without('film_120'))).toContain('/master.m3u8')
    expect(await urlOf(without('film_120', 'film_90'))).toBeNull()
    expect(await urlOf(without('film_sound'))).toBeNull()
    const web = await application.another({ processors: [] })
    await rindle.prisma.mediaVariant.updateMany({
      where: { assetId: film.id, name: 'film_120' },
      data: { state: 'processing', storageKey: null },
    })
    const url = (await web.streamUrl(film, 'film')) ?? ''
    const serve = async (path: string) => web.serveStream(new Request(new URL(path, url)))
    const master = await (await serve('master.m3u8')).text()
    expect(playlistsIn(master)).toEqual(['film_sound.m3u8', `${track}.m3u8`, 'film_90.m3u8'])
    expect((await serve('film_120.m3u8')).status).toBe(404)
    const before = variants.find((each) => each.name === 'film_120')
    await rindle.prisma.mediaVariant.updateMany({
      where: { assetId: film.id, name: 'film_120' },
      data: { state: 'ready', storageKey: before?.storageKey ?? null },
    })
    // It is there as soon as a player asks for it, whatever was read a moment ago.
    expect((await serve('film_120.m3u8')).status).toBe(200)
  })

  it('answers HEAD with the headers of GET, pages of other origins, and no other method', async () => {
    const url = await masterUrl()
    const whole = await get(url)
    const head = await get(url, { method: 'HEAD' })
    expect([...head.headers]).toEqual([...whole.headers])
    expect(await head.text()).toBe('')
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'application/vnd.apple.mpegurl',
      'content-length': String((await whole.text()).length),
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    })
    const preflight = await get(url, { method: 'OPTIONS' })
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([204, 'range'])
    const post = await get(url, { method: 'POST' })
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it.runIf(name === 'local storage')('never fails for any token and any path', async () => {
    const url = new URL(await masterUrl())
    const [, , , token = ''] = url.pathname.split('/')
    const texts = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constantFrom(
        token,
        'master.m3u8',
        '__proto__.m3u8',
        'constructor.vtt',
        '%00.m3u8',
        '..',
        'strip.vtt',
        '.m3u8',
      ),
      fc.tuple(fc.nat(token.length), fc.string({ maxLength: 3 })).map(([at, text]) => token.slice(0, at) + text),
    )
    await fc.assert(
      fc.asyncProperty(texts, texts, async (first, second) => {
        url.pathname = `/rindle/streams/${first}/${second}`
        const { status } = await rindle.serveStream(new Request(url))
        expect(status < 500).toBe(true)
        expect((await handler(new Request(url))).status < 500).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('is shown with its tracks and its storyboard to who sees the asset', async () => {
    const open = createHandler(rindle, { basePath: '/rindle', actor: () => ({ id: 'anna' }), canView: () => true })
    const shown = await (await open(new Request(`http://app.test/rindle/assets/${film.id}`))).json()
    expect(shown).toMatchObject({
      streams: { film: { url: expect.stringMatching(/\/streams\/[\w.-]+\/master\.m3u8$/) } },
      tracks: [{ id: track, kind: 'captions', lang: 'en', label: 'English', url: expect.stringMatching(/^http/) }],
      variants: {
        strip: { storyboard: expect.stringMatching(/\/strip\.vtt$/) },
        film_90: { state: 'ready', progress: 100, storyboard: null },
      },
    })
  })
})

async function codeOf(refused: Response): Promise<unknown> {
  const problem = (await refused.json()) as { readonly code: unknown }
  return problem.code
}

/** A URL without its signature. */
function unsigned(url: string): string {
  const { origin, pathname, search } = new URL(url)
  // Local storage has it in the path, after the payload.
  return search === '' ? `${origin}${pathname.slice(0, pathname.lastIndexOf('.'))}` : `${origin}${pathname}`
}

/** A URL with the signature of another file. */
function withSignatureOf(url: string, other: string): string {
  const [mine, theirs] = [new URL(url), new URL(other)]
  if (mine.search !== '') return `${mine.origin}${mine.pathname}${theirs.search}`
  const payload = mine.pathname.slice(0, mine.pathname.lastIndexOf('.'))
  return `${mine.origin}${payload}${theirs.pathname.slice(theirs.pathname.lastIndexOf('.'))}`
}
