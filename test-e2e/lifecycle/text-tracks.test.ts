import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { defineProfile, fromPgClient, type Rindle, type RindleError } from '@rindle/core'
import { defineProcessor } from '@rindle/core/adapter'
import { createHandler, type WireAsset } from '@rindle/http'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'

const VTT = 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n'
const SRT = '1\n00:00:01,000 --> 00:00:02,000\nHallo <font color="red">du</font>\n'
/** A file of MP4 without media: nothing here decodes it. */
const MP4 = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp41\0\0\0\x08mdat', 'latin1')

let allow: (request: { readonly track?: string; readonly actor: unknown }) => boolean | string = () => true

const film = defineProfile({
  storage: 'main',
  accept: { types: ['video/mp4', 'text/vcard'], maxBytes: 1_000 },
  slots: { film: 'one' },
  delivery: { authorize: (request) => allow(request as Parameters<typeof allow>[0]) },
})
const profiles = { film }
const processor = defineProcessor({
  name: 'header',
  recipes: [],
  probes: new Set(['video/mp4']),
  probe: () => Promise.resolve({ kind: 'video' as const, width: 160, height: 90, durationMs: 2_000 }),
  process: () => Promise.resolve(),
})

let application: Application<typeof profiles>
let rindle: Rindle<typeof profiles>

beforeAll(async () => {
  application = await startApplication({
    profiles,
    processors: [processor],
    jobs: pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }),
  })
  rindle = application.rindle
  await application.work()
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(() => {
  allow = () => true
})

async function aFilm(body: Buffer = MP4, filename = 'Film.mp4') {
  const { id } = await rindle.upload('film', body, { filename })
  return vi.waitFor(async () => {
    const asset = await rindle.asset(id)
    if (asset?.state !== 'ready') throw new Error(`It is ${asset?.state}.`)
    return rindle.narrow(asset, 'film')
  }, 20_000)
}

async function tracksOf(id: string) {
  return (await rindle.asset(id))?.tracks ?? []
}

async function keysOf(id: string): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of application.storage.list('')) if (key.includes(`${id}/track-`)) keys.push(key)
  return keys
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: RindleError) => error.code,
  )
}

test('an added track comes with its asset, and its URL gives WebVTT under the name of the film', async () => {
  const asset = await aFilm()
  const english = await rindle.addTrack(asset, VTT, { kind: 'captions', lang: 'EN-us', label: ' CC\u202E\n1 ' })
  expect(english).toMatchObject({ kind: 'captions', lang: 'en-US', label: 'CC 1', isDefault: false, cueCount: 1 })
  const german = await rindle.addTrack(asset, Buffer.from(SRT), { kind: 'subtitles', lang: 'de' })
  expect(german).toMatchObject({ label: 'Deutsch', sourceIndex: null, damagedAt: null })
  const read = await rindle.asset(asset.id)
  expect(read?.tracks).toEqual([english, german])

  const url = await rindle.trackUrl(asset, german)
  const response = await rindle.serveFile(new Request(url))
  expect(response.headers.get('content-type')).toBe('text/vtt')
  expect(response.headers.get('content-disposition')).toContain('Film.de.vtt')
  expect(await response.text()).toBe('WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHallo du\n')
  expect(await codeOf(rindle.trackUrl(await aFilm(), german))).toBe('not_found')
})

test('the authorizer is asked about each track, and a refusal issues nothing', async () => {
  const asset = await aFilm()
  const track = await rindle.addTrack(asset, VTT, { kind: 'captions', lang: 'en' })
  allow = ({ track: id, actor }) => (id === track.id && actor === 'ada' ? true : 'not yours')
  expect(await rindle.trackUrl(asset, track, { actor: 'ada' })).toMatch(/^http/)
  await expect(rindle.trackUrl(asset, track, { actor: 'bob' })).rejects.toThrow('not yours')
})

test('there is one default among captions and subtitles, and one among chapters: the last', async () => {
  const asset = await aFilm()
  for (const kind of ['captions', 'chapters', 'subtitles'] as const) {
    await rindle.addTrack(asset, VTT, { kind, lang: 'en', default: true })
  }
  const defaults = (await tracksOf(asset.id)).map(({ kind, isDefault }) => [kind, isDefault])
  expect(defaults).toEqual([
    ['captions', false],
    ['chapters', true],
    ['subtitles', true],
  ])
})

test('a bad track is refused and leaves nothing', async () => {
  const asset = await aFilm()
  const options = { kind: 'captions', lang: 'en' } as const
  await expect(rindle.addTrack(asset, 'WEBVTT\n\nx', options)).rejects.toMatchObject({
    code: 'invalid_input',
    details: { line: 3 },
  })
  for (const changes of [{ lang: 'english please' }, { kind: 'metadata' as 'captions' }, { label: 1 as never }]) {
    expect(await codeOf(rindle.addTrack(asset, VTT, { ...options, ...changes }))).toBe('invalid_input')
  }
  expect(await codeOf(rindle.addTrack({ id: crypto.randomUUID() }, VTT, options))).toBe('not_found')
  const text = await aFilm(Buffer.from('BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ada\r\nEND:VCARD\r\n'), 'a.vcf')
  expect(await codeOf(rindle.addTrack(text, VTT, options))).toBe('invalid_input')

  await rindle.prisma.$executeRaw`
    insert into rindle.media_tracks (id, asset_id, kind, lang, label, storage_key, byte_size, cue_count)
    select gen_random_uuid(), ${asset.id}::uuid, 'captions', 'en', 'x', gen_random_uuid()::text, 1, 1
    from generate_series(1, 99)`
  const [first, second] = [rindle.addTrack(asset, VTT, options), rindle.addTrack(asset, VTT, options)]
  expect([await codeOf(first), await codeOf(second)].toSorted()).toEqual(['conflict', 'none'])
  expect(await tracksOf(asset.id)).toHaveLength(100)
  expect(await keysOf(asset.id)).toHaveLength(1)
  await rindle.prisma.$executeRaw`delete from rindle.media_tracks where label = 'x'`
})

test('a removed track goes at once, and its object when the URLs have expired', async () => {
  const asset = await aFilm()
  const track = await rindle.addTrack(asset, VTT, { kind: 'captions', lang: 'en' })
  const { id, storageKey } = track
  const url = await rindle.trackUrl(asset, track)
  const client = new pg.Client({ connectionString: application.databaseUrl })
  await client.connect()
  try {
    await client.query('begin')
    await rindle.removeTrack(asset, id, { tx: fromPgClient(client) })
    await client.query('rollback')
  } finally {
    await client.end()
  }
  expect(await tracksOf(asset.id)).toHaveLength(1)

  await rindle.removeTrack(asset, id)
  await rindle.removeTrack(asset, id)
  expect(await tracksOf(asset.id)).toEqual([])
  expect((await rindle.serveFile(new Request(url))).status).toBe(200)
  expect((await rindle.scanOrphans({ graceSeconds: 0 })).matched).toBe(0)
  await makeDue(rindle)
  await vi.waitFor(async () => expect(await keysOf(asset.id)).not.toContain(storageKey), 20_000)
})

test('an object without its row is an orphan, one with a row is not, and nobody else may delete it', async () => {
  const asset = await aFilm()
  const { storageKey } = await rindle.addTrack(asset, VTT, { kind: 'captions', lang: 'en' })
  expect(await codeOf(rindle.delete('film', storageKey))).toBe('conflict')
  expect((await rindle.scanOrphans({ graceSeconds: 0 })).matched).toBe(0)
  await rindle.prisma.$executeRaw`delete from rindle.media_tracks where asset_id = ${asset.id}::uuid`
  const orphans: string[] = []
  await rindle.scanOrphans({ graceSeconds: 0, onOrphan: ({ key }) => orphans.push(key), live: true })
  expect(orphans).toEqual([storageKey])
  expect(await keysOf(asset.id)).toEqual([])
})

test('tracks go with their asset, also when its owner is erased', async () => {
  const asset = await aFilm()
  const owner = { type: 'user', id: crypto.randomUUID() }
  await rindle.attach(asset, owner, 'film')
  await rindle.addTrack(asset, VTT, { kind: 'captions', lang: 'en' })
  expect((await rindle.previewOwnerErasure(owner)).assetsToPurge).toEqual([asset.id])
  await rindle.eraseOwner(owner)
  await vi.waitFor(async () => expect(await rindle.asset(asset.id)).toBeNull(), 20_000)
  expect(await keysOf(asset.id)).toEqual([])
  expect(await codeOf(rindle.addTrack(asset, VTT, { kind: 'captions', lang: 'en' }))).toBe('not_found')
})

test('verifyStorage notes a lost track, and that it is back', async () => {
  const asset = await aFilm()
  const track = await rindle.addTrack(asset, VTT, { kind: 'captions', lang: 'en' })
  const { body } = await application.storage.get(track.storageKey)
  const bytes = await buffer(body)
  await application.storage.delete(track.storageKey)
  const only = { profile: 'film', force: true } as const
  expect((await rindle.verifyStorage({ ...only, dryRun: true })).tracksLost).toBe(1)
  expect((await tracksOf(asset.id))[0]?.damagedAt).toBeNull()
  expect(await rindle.verifyStorage(only)).toMatchObject({ tracksLost: 1, errors: 0 })
  expect((await tracksOf(asset.id))[0]?.damagedAt).toBeInstanceOf(Date)
  await application.storage.put(track.storageKey, Readable.from([bytes]), { contentType: 'text/vtt' })
  expect((await rindle.verifyStorage(only)).tracksLost).toBe(0)
  expect((await tracksOf(asset.id))[0]?.damagedAt).toBeNull()
})

test('over HTTP, whoever may edit an asset adds and removes its tracks', async () => {
  const asset = await aFilm()
  const call = async (method: string, path: string, actor: string, body?: object) => {
    const handler = createHandler(rindle, {
      basePath: '/rindle',
      actor: () => ({ id: actor }),
      canEdit: ({ actor: { id } }) => id === 'editor',
      canView: ({ actor: { id } }) => id === 'viewer',
    })
    const response = await handler(
      new Request(`http://app.test/rindle/assets/${asset.id}/tracks${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        headers: { 'content-type': 'application/json' },
      }),
    )
    return { status: response.status, body: (await response.json()) as WireAsset & { code: string } }
  }
  const track = { text: SRT, kind: 'subtitles', lang: 'de', default: true }
  expect((await call('POST', '', 'stranger', track)).status).toBe(404)
  expect((await call('POST', '', 'viewer', track)).body.code).toBe('forbidden')
  expect((await call('POST', '', 'editor', { ...track, text: 'x' })).body.code).toBe('invalid_input')
  const added = await call('POST', '', 'editor', { ...track, text: `${SRT}\n${' '.repeat(20_000)}` })
  const shown = { kind: 'subtitles', lang: 'de', label: 'Deutsch', default: true, url: expect.stringMatching(/^http/) }
  expect(added).toMatchObject({ status: 200, body: { tracks: [shown] } })
  const id = added.body.tracks[0]?.id ?? ''
  expect((await call('DELETE', `/${id}`, 'viewer')).body.code).toBe('forbidden')
  expect(await call('DELETE', `/${id}`, 'editor')).toMatchObject({ status: 200, body: { tracks: [] } })
})
