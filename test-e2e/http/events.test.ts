import { createHandler } from '@rindle/http'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { readEvents } from './read-events.ts'
import { actorOfHeader, collectErrors } from './served-configuration.ts'

const errors: string[] = []
let application: Application<typeof photoProfiles>
let admin: pg.Client
let handler: ReturnType<typeof createHandler>
let picture: Buffer

beforeAll(async () => {
  application = await startApplication()
  await application.work()
  admin = new pg.Client({ connectionString: application.databaseUrl })
  await admin.connect()
  handler = createHandler(application.rindle, {
    basePath: '/rindle',
    actor: actorOfHeader,
    maxEventStreams: 2,
    logger: collectErrors(errors),
  })
  picture = await quadrants(24, 24)
})
afterAll(async () => {
  await admin.end()
  await application[Symbol.asyncDispose]()
})
beforeEach(() => void errors.splice(0))
afterEach(async () => {
  expect(errors).toEqual([])
  // Every test leaves no subscription behind.
  await vi.waitFor(async () => expect(await listening()).toBe(0), { timeout: 10_000 })
})

/** Connections that wait for changes. */
async function listening(): Promise<number> {
  const { rows } = await admin.query<{ count: string }>(
    `select count(*) from pg_stat_activity
     where datname = current_database() and query ilike 'listen%rindle_changes%' and pid <> pg_backend_pid()`,
  )
  return Number(rows[0]?.count)
}

/** An upload whose bytes have been sent; it begins to change when it is completed. */
async function sentUpload() {
  const { rindle } = application
  const declared = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: picture.byteLength, actorId: 'ann' }
  const { session, request } = await rindle.presignedPut('photo', declared)
  const { method, url, headers } = request
  await rindle.serveFile(new Request(url, { method, headers, body: new Uint8Array(picture) }))
  return { assetId: session.assetId, complete: () => rindle.verifyCompletion(session.id) }
}

function open(assetId: string, options: { query?: string; lastEventId?: string; signal?: AbortSignal } = {}) {
  const { query = '', lastEventId, signal = null } = options
  const headers = { 'x-actor': 'ann', ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) }
  return handler(new Request(`http://app.test/rindle/assets/${assetId}/events${query}`, { headers, signal }))
}

describe('a stream of events', () => {
  it('gives one that reads slowly the last state, and none of those that it missed', async () => {
    const { assetId, complete } = await sentUpload()
    const events = readEvents(await open(assetId))
    expect((await events.next()).value?.asset.state).toBe('staged')
    await complete()
    await settled(application.rindle, assetId)
    const rest = await Array.fromAsync(events)
    expect(rest.map(({ asset }) => [asset.state, asset.settled])).toEqual([['ready', true]])
  })

  it('never reads the asset twice at once', async () => {
    const { rindle } = application
    const running = { now: 0, most: 0 }
    const asset: typeof rindle.asset = async (id) => {
      running.now += 1
      running.most = Math.max(running.most, running.now)
      try {
        return await rindle.asset(id)
      } finally {
        running.now -= 1
      }
    }
    const counting = createHandler({ ...rindle, asset }, { basePath: '/', actor: actorOfHeader })
    const { assetId, complete } = await sentUpload()
    const request = new Request(`http://app.test/assets/${assetId}/events`, { headers: { 'x-actor': 'ann' } })
    const events = readEvents(await counting(request))
    await events.next()
    await Promise.all([complete(), Array.fromAsync(events)])
    expect(running).toEqual({ now: 0, most: 1 })
  })

  it('does not repeat the version that its reader has, by header or by query', async () => {
    const { assetId, complete } = await sentUpload()
    const first = readEvents(await open(assetId))
    const seen = (await first.next()).value?.id ?? ''
    await first.return(undefined)
    for (const options of [{ lastEventId: seen }, { query: `?lastEventId=${seen}` }]) {
      const stop = new AbortController()
      const resumed = (await open(assetId, { ...options, signal: stop.signal })).body?.getReader()
      const decoder = new TextDecoder()
      expect(decoder.decode((await resumed?.read())?.value)).toBe('retry: 2000\n\n')
      const pending = resumed?.read()
      await vi.waitFor(async () => expect(await listening()).toBe(1), { timeout: 10_000 })
      stop.abort()
      expect((await pending)?.done).toBe(true)
    }
    await complete()
    await settled(application.rindle, assetId)
    const [last] = await Array.fromAsync(readEvents(await open(assetId, { lastEventId: seen })))
    expect((await open(assetId, { query: `?lastEventId=${last?.id}` })).status).toBe(204)
    const other = await open(assetId, { lastEventId: 'another' })
    expect(other.status).toBe(200)
    await other.body?.cancel()
  })

  it('tells what changed while the connection for changes was lost', async () => {
    const { assetId } = await sentUpload()
    const events = readEvents(await open(assetId))
    await events.next()
    // A change without a notification.
    await application.rindle.prisma.mediaAsset.update({ where: { id: assetId }, data: { filename: 'b.jpg' } })
    const next = events.next()
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and query ilike 'listen%rindle_changes%' and pid <> pg_backend_pid()`,
    )
    expect((await next).value?.asset.filename).toBe('b.jpg')
    await events.return(undefined)
  })

  it('ends when the asset is purged', async () => {
    const { assetId } = await sentUpload()
    const events = readEvents(await open(assetId))
    await events.next()
    const session = await application.rindle.prisma.mediaUploadSession.findFirstOrThrow({ where: { assetId } })
    await application.rindle.abortUpload(session.id)
    const rest = await Array.fromAsync(events)
    expect(rest.every(({ asset }) => asset.state === 'deleted')).toBe(true)
  })

  it('says something every 15 seconds, so that nothing on the way takes it for dead', async () => {
    const { assetId } = await sentUpload()
    const reader = (await open(assetId)).body?.getReader()
    await reader?.read()
    await reader?.read()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const pending = reader?.read()
      await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0), { timeout: 10_000 })
      await vi.advanceTimersByTimeAsync(15_000)
      expect(new TextDecoder().decode((await pending)?.value)).toBe(': keep-alive\n\n')
    } finally {
      vi.useRealTimers()
    }
    await reader?.cancel()
  })

  it('is refused before it begins where changes cannot be heard', async () => {
    const { assetId } = await sentUpload()
    const { rindle } = application
    const jobs = pgBossJobs({ connectionString: application.databaseUrl })
    const deaf = await application.another({ database: { prisma: rindle.prisma }, jobs })
    const options = { basePath: '/', actor: actorOfHeader, logger: collectErrors(errors), maxEventStreams: 1 }
    const asking = createHandler(deaf, options)
    const ask = () => asking(new Request(`http://app.test/assets/${assetId}/events`, { headers: { 'x-actor': 'ann' } }))
    // The refused stream has freed its place.
    expect([(await ask()).status, (await ask()).status]).toEqual([500, 500])
    expect(errors.splice(0).join()).toContain('cannot LISTEN')
  })

  it('without a reader frees its place and its subscription when its client goes', async () => {
    const { assetId } = await sentUpload()
    const stop = new AbortController()
    const responses = [await open(assetId, { signal: stop.signal }), await open(assetId, { signal: stop.signal })]
    expect(responses.map(({ status }) => status)).toEqual([200, 200])
    expect((await open(assetId)).status).toBe(503)
    stop.abort()
    await vi.waitFor(async () => expect(await listening()).toBe(0), { timeout: 10_000 })
    const next = await open(assetId)
    expect(next.status).toBe(200)
    await next.body?.cancel()
  })

  it('of one actor leave room for those of others', async () => {
    const { assetId } = await sentUpload()
    const bounded = createHandler(application.rindle, {
      basePath: '',
      actor: actorOfHeader,
      canView: () => true,
      maxEventStreamsPerActor: 1,
      logger: collectErrors(errors),
    })
    const ask = (actor: string): Promise<Response> =>
      bounded(new Request(`http://app.test/assets/${assetId}/events`, { headers: { 'x-actor': actor } }))
    const first = await ask('ann')
    const second = await ask('ann')
    expect([first.status, second.status, second.headers.get('retry-after')]).toEqual([200, 429, '10'])
    const other = await ask('bob')
    expect(other.status).toBe(200)
    await first.body?.cancel()
    const again = await ask('ann')
    expect(again.status).toBe(200)
    await Promise.all([again.body?.cancel(), other.body?.cancel()])
  })
})
