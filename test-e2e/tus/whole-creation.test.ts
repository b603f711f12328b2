import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, Socket } from 'node:net'
import type { Rindle } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { openDatabase } from '@rindle/prisma'
import { faultyStorage, memoryStorage } from '@rindle/testing'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { countedPool } from '../support/counted-pool.ts'
import { type ServedTus, serveTus, TUS_PATH } from './serve-tus.ts'
import { encoded, OFFSET_STREAM, pdfOf, type TusClient, tusClient } from './tus-client.ts'
import { tusProfiles } from './tus-profiles.ts'

const FILE = pdfOf(10_240)
const MAX_OPEN = 3

let application: Application<typeof tusProfiles>
let rindle: Rindle<typeof tusProfiles>
let pool: pg.Pool
let served: ServedTus
let client: TusClient
let statements: () => readonly string[]

beforeAll(async () => {
  application = await startApplication({ profiles: tusProfiles, storages: { remote: memoryStorage() } })
  pool = new pg.Pool({ connectionString: application.databaseUrl })
  const counted = countedPool(pool)
  // Who wants events is read again every few seconds.
  statements = () => counted().filter((text) => !text.includes('media_event_targets'))
  const jobs = pgBossJobs({ connectionString: application.databaseUrl })
  rindle = await application.another({ database: { pool }, jobs, maxOpenUploads: MAX_OPEN })
  served = await serveTus(rindle as unknown as Rindle)
  client = tusClient(served.port)
})
afterAll(async () => {
  await served.close()
  await rindle.stop()
  await pool.end()
  await application[Symbol.asyncDispose]()
})

function headersOf(metadata: Readonly<Record<string, string>> = {}): Record<string, string> {
  const pdf = { profile: 'local', filename: 'lesson.pdf', filetype: 'application/pdf', ...metadata }
  return { 'upload-length': String(FILE.byteLength), 'upload-metadata': encoded(pdf), 'content-type': OFFSET_STREAM }
}

const create = (headers: Readonly<Record<string, string>>, body: Uint8Array | ReadableStream<Uint8Array> = FILE) =>
  client.ask('POST', TUS_PATH, { headers, body })

const sessionOf = (response: Response) =>
  rindle.prisma.mediaUploadSession.findUniqueOrThrow({
    where: { id: (response.headers.get('location') ?? '').slice(`${TUS_PATH}/`.length).split('.')[0] ?? '' },
    include: { asset: true },
  })

async function keys(): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { key } of application.storage.list('')) found.push(key)
  return found
}

it('a small file that comes with its creation is one statement, and the same rows as by the long way', async () => {
  // The first also reads what is remembered for a while.
  await create(headersOf())
  statements()
  const whole = await create(headersOf())
  expect(statements()).toHaveLength(1)
  // Without a length, nobody knows beforehand that the whole file comes.
  const long = await create(headersOf(), new Blob([FILE]).stream())
  expect(statements()).toHaveLength(16)
  const shown = ({ status, headers }: Response) => [status, headers.get('upload-offset'), headers.get('tus-resumable')]
  expect(shown(whole)).toEqual([201, '10240', '1.0.0'])
  expect(shown(long)).toEqual(shown(whole))
  const [one, other] = await Promise.all([sessionOf(whole), sessionOf(long)])
  const own = {
    id: expect.any(String),
    assetId: expect.any(String),
    sessionUri: expect.any(String),
    uploadKey: expect.stringMatching(/^staging\/local\//),
    expiresAt: expect.any(Date),
    sessionUriExpiresAt: expect.any(Date),
    verifiedAt: expect.any(Date),
    createdAt: expect.any(Date),
    updatedAt: expect.any(Date),
    asset: {
      ...other.asset,
      id: expect.any(String),
      storageKey: expect.stringMatching(/^staging\/local\//),
      etag: expect.any(String),
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
    },
  }
  expect(one).toEqual({ ...other, ...own })
  expect(one).toMatchObject({ state: 'completed', asset: { state: 'validating', byteSize: 10_240n } })
  expect(await client.offsetOf(whole.headers.get('location') ?? '')).toBe(10_240)
  const database = openDatabase(application.databaseUrl)
  const { rows } = await database.executeSql(
    `select data - 'knowledge' as data, singleton_key from pgboss.job where singleton_key = any ($1::text[])`,
    [[one.assetId, other.assetId]],
  )
  await database.close()
  expect(rows).toHaveLength(2)
  const { body } = await application.storage.get(one.uploadKey)
  expect(Buffer.concat(await body.toArray())).toEqual(Buffer.from(FILE))
})

it('an upload that begins without bytes is one statement; its bytes and its completion are fifteen more', async () => {
  const path = await client.begin(FILE.byteLength)
  statements()
  await client.begin(FILE.byteLength)
  expect(statements()).toHaveLength(1)
  await client.patch(path, 0, FILE)
  expect(statements()).toHaveLength(15)
})

it('what arrived of a creation that breaks off stays, and its owner continues it', async () => {
  const socket = connect({ host: '127.0.0.1', port: served.port })
  await once(socket, 'connect')
  const headers = { host: 'localhost', 'tus-resumable': '1.0.0', 'x-actor': 'broken', ...headersOf() }
  const head = Object.entries({ ...headers, 'content-length': '10240' }).map(([name, value]) => `${name}: ${value}`)
  socket.write(`POST ${TUS_PATH} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`)
  socket.write(FILE.subarray(0, 6_000), () => socket.destroy())
  const session = await vi.waitFor(
    () => rindle.prisma.mediaUploadSession.findFirstOrThrow({ where: { actorId: 'broken', lastKnownOffset: 6_000 } }),
    { timeout: 20_000 },
  )
  const path = `${TUS_PATH}/${await rindle.resumableSessionUri(session.id)}`
  const rest = await client.patch(path, 6_000, FILE.subarray(6_000), { 'x-actor': 'broken' })
  expect([rest.status, rest.headers.get('upload-offset')]).toEqual([204, '10240'])
})

it('of a file with another checksum nothing is kept', async () => {
  const before = await keys()
  const sum = createHash('sha1').update('another').digest('base64')
  const refused = await create({ ...headersOf(), 'upload-checksum': `sha1 ${sum}`, 'x-actor': 'sums' })
  expect(refused.status).toBe(460)
  const right = createHash('sha1').update(FILE).digest('base64')
  const taken = await create({ ...headersOf(), 'upload-checksum': `sha1 ${right}`, 'x-actor': 'sums' })
  expect(taken.status).toBe(201)
  expect(await rindle.prisma.mediaUploadSession.count({ where: { actorId: 'sums' } })).toBe(1)
  expect(await keys()).toHaveLength(before.length + 1)
})

it('an actor with too many open uploads may not bring another, and nothing of it is kept', async () => {
  const full = { 'x-actor': 'full' }
  const open = await Promise.all(
    Array.from({ length: 2 * MAX_OPEN }, () =>
      client.ask('POST', TUS_PATH, { headers: { ...headersOf(), ...full, 'content-type': 'text/plain' } }),
    ),
  )
  expect(open.filter(({ status }) => status === 201)).toHaveLength(MAX_OPEN)
  const before = await keys()
  const refused = await create({ ...headersOf(), ...full })
  expect(await refused.json()).toMatchObject({ code: 'quota_exceeded' })
  expect(await rindle.prisma.mediaUploadSession.count({ where: { actorId: 'full' } })).toBe(MAX_OPEN)
  expect(await keys()).toEqual(before)
})

it('with a quota to reserve, it takes the steps of the long way', async () => {
  const limited = await application.another({ quota: () => ({ account: 'whole', maxBytes: 15_000 }) })
  const options = { filename: 'a.pdf', contentType: 'application/pdf' }
  await limited.uploadResumable('local', FILE, options)
  await expect(limited.uploadResumable('local', FILE, options)).rejects.toMatchObject({ code: 'quota_exceeded' })
  const account = await limited.prisma.mediaQuota.findUniqueOrThrow({ where: { account: 'whole' } })
  expect(account).toMatchObject({ bytes: 10_240n, assets: 1n })
})

it('of an upload that fails in these steps nothing stays reserved', async () => {
  const onCall = (point: string): void => {
    if (point === 'resumable.append:before') throw new Error('The disk is full.')
  }
  const storages = { main: faultyStorage(application.storage, { onCall }), remote: memoryStorage() }
  const limited = await application.another({ quota: () => ({ account: 'failing', maxBytes: 15_000 }), storages })
  const options = { filename: 'a.pdf', contentType: 'application/pdf', actorId: 'failing' }
  await expect(limited.uploadResumable('local', FILE, options)).rejects.toThrow('The disk is full.')
  const account = await limited.prisma.mediaQuota.findUniqueOrThrow({ where: { account: 'failing' } })
  expect(account).toMatchObject({ bytes: 0n, assets: 0n })
  expect(await limited.prisma.mediaUploadSession.findMany({ where: { actorId: 'failing' } })).toMatchObject([
    { state: 'aborted' },
  ])
})

it('the file is there even if its statement commits after the connection was lost', async () => {
  const sockets: Socket[] = []
  const stream = (): Socket => {
    const socket = new Socket()
    sockets.push(socket)
    return socket
  }
  const breaking = new pg.Pool({ connectionString: application.databaseUrl, stream })
  const jobs = pgBossJobs({ connectionString: application.databaseUrl })
  const broken = await application.another({ database: { pool: breaking }, jobs })
  const options = { filename: 'a.pdf', contentType: 'application/pdf', actorId: 'late' }
  const other = openDatabase(application.databaseUrl)
  await other.transaction(async (tx) => {
    await tx.executeSql('lock table pgboss.job in exclusive mode')
    const failing = broken.uploadResumable('local', FILE, options)
    await vi.waitFor(async () => {
      const { rows } = await other.executeSql(
        `select count(*)::int as n from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock' and query like '%assert_may_begin%'`,
      )
      expect(rows).toEqual([{ n: 1 }])
    })
    for (const socket of sockets) socket.destroy()
    await expect(failing).rejects.toMatchObject({ code: 'database_unavailable' })
  })
  const { uploadKey } = await vi.waitFor(() =>
    rindle.prisma.mediaUploadSession.findFirstOrThrow({ where: { actorId: 'late', state: 'completed' } }),
  )
  expect(await application.storage.head(uploadKey)).toBeDefined()
  await Promise.all([broken.stop(), other.close()])
  await breaking.end()
})
