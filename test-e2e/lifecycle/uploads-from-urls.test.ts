import { createHash, randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { type Client, createClient } from '@rindle/client'
import { defineProfile, fromPgClient, type LogFields, silentLogger, type UploadSession } from '@rindle/core'
import type { Workers } from '@rindle/core/adapter'
import { createHandler, type HandlerOptions } from '@rindle/http'
import { image } from '@rindle/processor-image/recipes'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { type FileServer, fileAnswer, startFileServer } from '../support/file-server.ts'
import { makeDue } from '../support/make-due.ts'
import { quadrants } from '../support/pictures.ts'

const SLOW = { timeout: 10_000, interval: 25 }
const MIB = 1024 * 1024
const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg'], maxBytes: 100_000 },
    variants: { thumb: image.crop(8, 8) },
    slots: { avatar: 'one' },
  }),
  document: defineProfile({ storage: 'main', accept: { types: ['application/pdf'], maxBytes: 8 * MIB } }),
}

let application: Application<typeof profiles>
let server: FileServer
let picture: Buffer
const running: Promise<Workers>[] = []
/** Everything that was logged and announced. */
const told: unknown[] = []

beforeAll(async () => {
  const log = (fields: LogFields, message: string): void => void told.push(fields, message)
  server = await startFileServer()
  application = await startApplication({
    profiles,
    fetch: { allowHttp: true, allowPrivate: true },
    logger: { debug: log, info: log, warn: log, error: log },
  })
  for (const name of ['rindle.upload.start', 'rindle.upload.stop', 'rindle.asset.state_change'] as const) {
    application.rindle.on(name, (event) => void told.push(event))
  }
  running.push(application.work())
  picture = await quadrants(20, 20)
})
afterAll(async () => {
  await application[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

/** A file that is larger than any buffer on the way. */
function longFile(): Buffer {
  return Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(3 * MIB)])
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const seenAt = (path: string): FileServer['seen'] => server.seen.filter((request) => request.path === path)

async function sourceOf({ id }: UploadSession): Promise<unknown> {
  return (await application.rindle.prisma.mediaUploadSession.findUniqueOrThrow({ where: { id } })).fetchSource
}

async function waiting({ assetId }: UploadSession, reason: string): Promise<void> {
  await vi.waitFor(async () => {
    expect(await application.rindle.asset(assetId)).toMatchObject({ state: 'staged', errorReason: reason })
  }, SLOW)
}

async function offsetReached({ id }: UploadSession, bytes: number): Promise<void> {
  await vi.waitFor(async () => {
    expect((await application.rindle.uploadSession(id)).lastKnownOffset ?? 0).toBeGreaterThanOrEqual(bytes)
  }, SLOW)
}

describe('an upload from a URL', () => {
  it('passes the same gate as every upload, and is attached', async () => {
    server.answer('/show.php', (_request, response) => {
      response.setHeader('content-disposition', "attachment; filename*=UTF-8''caf%C3%A9.jpg")
      response.setHeader('content-type', 'binary/octet-stream')
      response.end(picture)
    })
    const owner = { type: 'member', id: 1 }
    const headers = { authorization: 'Bearer top-secret-header' }
    const url = `${server.url}/show.php?signature=top-secret-query`
    const session = await application.rindle.uploadFrom('photo', url, { owner, slot: 'avatar', headers })
    expect(session).toMatchObject({ uploadStrategy: 'fetched', state: 'initialized', uploadLength: null })
    const asset = await settled(application.rindle, session.assetId)
    expect(asset).toMatchObject({ state: 'ready', filename: 'café.jpg', contentType: 'image/jpeg' })
    expect(asset.checksumSha256).toBe(sha256(picture))
    expect((await application.rindle.attachmentFor(owner, 'avatar'))?.assetId).toBe(session.assetId)
    expect(seenAt('/show.php')).toMatchObject([{ headers: { ...headers, 'accept-encoding': 'identity' } }])
    // The source is gone from the row, and was nowhere else.
    expect(await sourceOf(session)).toBeNull()
    expect(JSON.stringify(told)).not.toContain('top-secret')
    const jobs = await application.rindle.prisma.$queryRawUnsafe('select data::text from pgboss.job')
    expect(JSON.stringify(jobs)).not.toContain('top-secret')
  })

  it('goes on with the next byte after its worker has stopped, and begins anew if the file is another', async () => {
    const [file, other] = [longFile(), longFile()]
    const files = [
      { path: '/same.pdf', etag: '"v1"', later: fileAnswer(file, '"v1"') },
      { path: '/changed.pdf', etag: '"v1"', later: fileAnswer(other, '"v2"') },
      { path: '/unversioned.pdf', etag: null, later: fileAnswer(other, null) },
    ]
    const begun = await Promise.all(
      files.map(async ({ path, etag, later }) => {
        server.answer(path, fileAnswer(file, etag, 2 * MIB))
        const session = await application.rindle.uploadFrom('document', server.url + path)
        await offsetReached(session, MIB)
        server.answer(path, later)
        return session
      }),
    )
    await restartWorkers()
    const assets = await Promise.all(begun.map(({ assetId }) => settled(application.rindle, assetId)))
    expect(assets.map(({ state, checksumSha256 }) => ({ state, checksumSha256 }))).toEqual(
      [file, other, other].map((bytes) => ({ state: 'ready', checksumSha256: sha256(bytes) })),
    )
    expect(assets[0]).toMatchObject({ filename: 'same.pdf', byteSize: file.byteLength })
    const [, rest] = seenAt('/same.pdf')
    const from = Number(/^bytes=(\d+)-$/.exec(rest?.headers.range ?? '')?.[1])
    expect(from).toBeGreaterThanOrEqual(MIB)
    expect(rest?.headers['if-range']).toBe('"v1"')
    expect(rest?.sentBytes).toBe(file.byteLength - from)
    expect(seenAt('/changed.pdf').map(({ sentBytes }) => sentBytes)).toEqual([2 * MIB, other.byteLength])
    expect(seenAt('/unversioned.pdf')[1]?.headers.range).toBeUndefined()
  })

  it('waits while the server cannot serve, and says so', async () => {
    server.answer('/busy.jpg', (_request, response) => response.writeHead(503, { 'retry-after': '60' }).end())
    const session = await application.rindle.uploadFrom('photo', `${server.url}/busy.jpg`)
    await waiting(session, 'fetch_unreachable')
    const [job] = await application.rindle.prisma.$queryRawUnsafe<{ seconds: number }[]>(
      `select extract(epoch from start_after - created_on)::float8 as seconds from pgboss.job
       where name = 'rindle_fetch' and state = 'created' and data ->> 'sessionId' = '${session.id}'`,
    )
    expect(job?.seconds).toBeGreaterThanOrEqual(60)
    server.answer('/busy.jpg', fileAnswer(picture, null))
    await makeDue(application.rindle)
    expect(await settled(application.rindle, session.assetId)).toMatchObject({ state: 'ready', errorReason: null })
  })

  it('goes on after a body that breaks off', async () => {
    const file = longFile()
    const rest = fileAnswer(file, '"v1"')
    server.answer('/torn.pdf', (_request, response) => {
      response.writeHead(200, { etag: '"v1"', 'content-length': file.byteLength })
      response.write(file.subarray(0, MIB), () => response.destroy())
      server.answer('/torn.pdf', rest)
    })
    const session = await application.rindle.uploadFrom('document', `${server.url}/torn.pdf`)
    await waiting(session, 'fetch_interrupted')
    await makeDue(application.rindle)
    const asset = await settled(application.rindle, session.assetId)
    expect(asset).toMatchObject({ state: 'ready', checksumSha256: sha256(file) })
    expect(seenAt('/torn.pdf')[1]?.headers.range).toMatch(/^bytes=[1-9]\d*-$/)
  })

  it('fails for good by a verdict, and keeps nothing', async () => {
    server.answer('/page.jpg', (_request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8').end('<!doctype html><title>Log in</title>')
    })
    server.answer('/endless.jpg', (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(picture));
      }
      response.on('drain', more)
      more()
    })
    server.answer('/declared.jpg', (_request, response) =>
      response.setHeader('content-length', '100001').flushHeaders(),
    )
    server.answer('/bomb.jpg', (_request, response) => {
      response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(4 * MIB)))
    })
    server.answer('/moved.jpg', (_request, response) => response.writeHead(302, { location: 'ftp://a.example/' }).end())
    server.answer('/round.jpg', (_request, response) => response.writeHead(307, { location: '/round.jpg' }).end())
    const outcomes = {
      '/gone.jpg': 'fetch_refused',
      '/page.jpg': 'mime_not_allowed',
      '/endless.jpg': 'max_bytes_exceeded',
      '/declared.jpg': 'max_bytes_exceeded',
      '/bomb.jpg': 'max_bytes_exceeded',
      '/moved.jpg': 'redirect_refused',
      '/round.jpg': 'redirect_refused',
    }
    const begun = await Promise.all(
      Object.entries(outcomes).map(async ([path, reason]) => {
        return { path, reason, session: await application.rindle.uploadFrom('photo', server.url + path) }
      }),
    )
    for (const { path, reason, session } of begun) {
      const asset = await settled(application.rindle, session.assetId)
      expect({ path, state: asset.state, reason: asset.errorReason }).toEqual({ path, state: 'quarantined', reason })
      const { state, failureReason } = await application.rindle.uploadSession(session.id)
      expect({ state, failureReason }).toEqual({ state: 'failed', failureReason: reason })
      expect(await sourceOf(session)).toBeNull()
      const left = await Array.fromAsync(application.storage.list(session.uploadKey))
      expect(left).toEqual([])
    }
    // The first and five redirects.
    expect(seenAt('/round.jpg')).toHaveLength(6)
  })

  it('gives the headers to its own origin alone', async () => {
    await using other = await startFileServer()
    other.answer('/there.jpg', fileAnswer(picture, null))
    server.answer('/away.jpg', (_request, response) => {
      response.writeHead(302, { location: `${other.url}/there.jpg` }).end()
    })
    const options = { headers: { 'x-api-key': 'k' } }
    const session = await application.rindle.uploadFrom('photo', `${server.url}/away.jpg`, options)
    expect(await settled(application.rindle, session.assetId)).toMatchObject({ state: 'ready', filename: 'there.jpg' })
    expect(seenAt('/away.jpg')[0]?.headers).toHaveProperty('x-api-key')
    expect(other.seen[0]?.headers).not.toHaveProperty('x-api-key')
  })

  it('ends at once when it is aborted', async () => {
    const closed = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<unknown>()
    server.answer('/slow.pdf', (_request, response) => {
      response.on('close', closed.resolve)
      response.writeHead(200).write(longFile(), arrived.resolve)
    })
    const session = await application.rindle.uploadFrom('document', `${server.url}/slow.pdf`)
    await arrived.promise
    await application.rindle.abortUpload(session.id)
    await closed.promise
    await vi.waitFor(async () => expect(await application.rindle.asset(session.assetId)).toBeNull())
    expect(await Array.fromAsync(application.storage.list(session.uploadKey))).toEqual([])
  })

  it('fails when it has expired, with the last reason', async () => {
    server.answer('/never.jpg', (_request, response) => response.writeHead(500).end())
    const session = await application.rindle.uploadFrom('photo', `${server.url}/never.jpg`, { expiresInSeconds: 1 })
    await waiting(session, 'fetch_unreachable')
    await application.rindle.prisma.$executeRaw`
      update rindle.media_upload_sessions set expires_at = now() where id = ${session.id}::uuid`
    await makeDue(application.rindle)
    const asset = await settled(application.rindle, session.assetId)
    expect(asset).toMatchObject({ state: 'quarantined', errorReason: 'fetch_unreachable' })
    expect(asset.errorMessage).toMatch(/^The file could not be fetched in time\. .* answered 500\.$/)
  })

  it('exists only if the transaction of the application commits', async () => {
    const client = new pg.Client(application.databaseUrl)
    await client.connect()
    await client.query('begin')
    const tx = fromPgClient(client)
    const session = await application.rindle.uploadFrom('photo', `${server.url}/tx.jpg`, { tx })
    await client.query('rollback')
    await client.end()
    await expect(application.rindle.uploadSession(session.id)).rejects.toMatchObject({ code: 'not_found' })
    const jobs = await application.rindle.prisma.$queryRawUnsafe<unknown[]>(
      `select 1 from pgboss.job where data ->> 'sessionId' = '${session.id}'`,
    )
    expect(jobs).toEqual([])
  })

  it('comes back when its job is lost', async () => {
    server.answer('/lost.jpg', (_request, response) => response.writeHead(503).end())
    const session = await application.rindle.uploadFrom('photo', `${server.url}/lost.jpg`)
    await waiting(session, 'fetch_unreachable')
    server.answer('/lost.jpg', fileAnswer(picture, null))
    await application.rindle.prisma.$executeRawUnsafe(`delete from pgboss.job where name = 'rindle_fetch'`)
    expect(await application.rindle.recoverLostWork({ olderThanSeconds: 0 })).toMatchObject({ found: 1, enqueued: 1 })
    expect(await settled(application.rindle, session.assetId)).toMatchObject({ state: 'ready' })
  })

  it('is refused before it begins if no server may be asked', async () => {
    const { rindle } = application
    const guarded = await application.another({ fetch: {} })
    await expect(guarded.uploadFrom('photo', 'https://127.0.0.1/a.jpg')).rejects.toMatchObject({
      code: 'upload_rejected',
      details: { reason: 'address_refused' },
    })
    const wrong: readonly (readonly [string, object, RegExp])[] = [
      ['http://a.example/', {}, /^Files are fetched only by https, not by http\. Allow it with/],
      ['https://me:secret@a.example/', {}, /^The URL contains a user or a password/],
      ['https://a.example/', { hosts: ['b.example'] }, /^The host a\.example is not allowed/],
      ['https://a.example/', { hosts: [] }, /^hosts must be/],
      ['https://a.example/', { headers: { Range: 'bytes=1-' } }, /^You cannot pass the header range/],
      ['https://a.example/', { headers: { 'x-a': 'top\nsecret' } }, /^The headers x-a have a name or a value that/],
      ['https://a.example/', { maxBytes: 0.5 }, /^maxBytes must be/],
      ['data:,x', {}, /Pass a data URL to upload\(\)\.$/],
      ['/etc/passwd', {}, /^The URL is not valid/],
    ]
    for (const [url, options, message] of wrong) {
      await expect(guarded.uploadFrom('photo', url, options)).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringMatching(message),
      })
    }
    await expect(rindle.uploadFrom('photo', 'https://a.example/', { filename: 'a.exe' })).rejects.toMatchObject({
      code: 'upload_rejected',
    })
  })
})

describe('a client that uploads from a URL', () => {
  type Options = Pick<HandlerOptions<{ id: string }, typeof profiles>, 'fetchUrls' | 'authorizeUpload'>
  const clientOf = (options: Options): Client<typeof application.rindle> => {
    const actor = (): { id: string } => ({ id: 'ana' })
    const handle = createHandler(application.rindle, { basePath: '/rindle', actor, ...options, logger: silentLogger })
    return createClient<typeof application.rindle>({
      baseUrl: 'http://app.test/rindle',
      fetch: (input, init) => handle(new Request(input, init)),
    })
  }

  it('gets the asset, if the handler was given fetchUrls and the application allows it', async () => {
    server.answer('/client.jpg', fileAnswer(picture, null))
    const url = `${server.url}/client.jpg`
    const asked: unknown[] = []
    const client = clientOf({
      fetchUrls: { maxBytes: 50_000 },
      authorizeUpload: (intent) => {
        asked.push(intent)
        return intent.filename !== 'secret.jpg'
      },
    })
    const phases: string[] = []
    const onProgress = ({ phase }: { phase: string }): void => void (phases.at(-1) === phase || phases.push(phase))
    const asset = await client.upload({ url }, { profile: 'photo', onProgress })
    expect(asset).toMatchObject({ state: 'ready', filename: 'client.jpg' })
    expect(phases).toEqual(['negotiating', 'uploading', 'processing', 'done'])
    expect(asked).toMatchObject([{ url, filename: 'client.jpg', byteSize: 50_000, profile: 'photo' }])
    await expect(client.upload({ url: `${server.url}/nothing.jpg` }, { profile: 'photo' })).rejects.toMatchObject({
      code: 'upload_rejected',
      reason: 'fetch_refused',
    })
    await expect(client.upload({ url, filename: 'secret.jpg' }, { profile: 'photo' })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(client.upload({ url: 'ftp://a.example/a.jpg' }, { profile: 'photo' })).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })

  it.each([{}, { fetchUrls: false }, { fetchUrls: { hosts: ['a.example'] } }])('is refused by %j', async (options) => {
    const url = `${server.url}/never-asked.jpg`
    await expect(clientOf(options).upload({ url }, { profile: 'photo' })).rejects.toMatchObject({
      code: options.fetchUrls ? 'invalid_input' : 'not_found',
    })
    expect(seenAt('/never-asked.jpg')).toEqual([])
  })
})

/** Stops the workers in the middle of their jobs, which go back to the queue, and starts others. */
async function restartWorkers(): Promise<void> {
  for (const workers of await Promise.all(running.splice(0))) await workers.stop({ timeoutMs: 0 })
  running.push(application.work())
}
