import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineProfile, type Profiles, type RindleOptions, type StorageAdapter } from '@rindle/core'
import { createHandler, type NodeHandler, toNodeHandler } from '@rindle/http'
import { localStorage } from '@rindle/storage-local'
import { type S3StorageOptions, s3Storage } from '@rindle/storage-s3'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { type OwnS3Server, startS3Server } from '@rindle/test-s3'
import { faultyStorage, memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { objectsIn } from '../operations/snapshot.ts'
import { expireStaging } from '../support/bucket-settings.ts'
import { limitedCredentials } from './limited-credentials.ts'
import { type Patient, patientOf } from './patient.ts'

const OUR_ORIGIN = 'https://app.example'
const EVERY_RIGHT = ['s3:*']
const SETTINGS_UNKNOWN = 'a given store has CORS rules and users of its own'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})

afterAll(() => database.drop())

/** An instance over one storage; everything else is only what the doctor needs. */
function patientWith(
  storage: StorageAdapter,
  options: Partial<Omit<RindleOptions<Profiles>, 'database'>> = {},
): Promise<Patient> {
  return patientOf({ database: database.url, storages: { main: storage }, processors: [], profiles: {}, ...options })
}

/** The findings about the storage, as `id: status`. */
async function storageStatuses(patient: Patient, origin?: string): Promise<Readonly<Record<string, string>>> {
  const { checks } = await patient.examine(origin === undefined ? {} : { origin })
  const own = checks.filter(({ component }) => component === 'main')
  return Object.fromEntries(own.map(({ id, status }) => [id, status]))
}

const ALL_FINE = {
  'storage.write': 'ok',
  'storage.read': 'ok',
  'storage.clock': 'ok',
  'storage.list': 'ok',
  'storage.signed_url': 'ok',
  'storage.direct_upload': 'ok',
  'storage.cors': 'ok',
  'storage.multipart': 'ok',
  'storage.resumable': 'ok',
  'storage.delete': 'ok',
  'storage.lifecycle': 'ok',
}

describe('of a bucket the doctor names', () => {
  let server: OwnS3Server
  let bucket: string

  beforeAll(async () => {
    // Until the end: a server that is started again reads it again.
    vi.stubEnv('MINIO_API_CORS_ALLOW_ORIGIN', OUR_ORIGIN)
    server = await startS3Server()
    bucket = await server.createBucket()
    await expireStaging(bucket, server)
  })

  afterAll(async () => {
    vi.unstubAllEnvs()
    await server.stop()
  })

  function storageOn(changes: Partial<S3StorageOptions> = {}): StorageAdapter {
    const { region, endpoint, accessKeyId, secretAccessKey, signedChecksum } = server
    const credentials = { accessKeyId, secretAccessKey }
    return s3Storage({ bucket, region, endpoint, credentials, signedChecksum, maxAttempts: 1, ...changes })
  }

  it('nothing, when all is well; and it leaves nothing there', async ({ skip }) => {
    if (server.kind === 'given') skip(SETTINGS_UNKNOWN)
    const storage = storageOn()
    expect(await storageStatuses(await patientWith(storage), OUR_ORIGIN)).toEqual(ALL_FINE)
    expect(await objectsIn(storage)).toEqual([])
  })

  it('rights that are missing, one by one, until they are granted', async ({ skip }) => {
    if (server.kind === 'given') skip(SETTINGS_UNKNOWN)
    const withRights = async (actions: readonly string[]): Promise<Patient> =>
      patientWith(storageOn({ credentials: await limitedCredentials(server, bucket, actions) }))
    const reading = await withRights(['s3:GetObject'])
    expect(await reading.finding('storage.write')).toMatchObject({
      status: 'error',
      summary: expect.stringContaining('the store refused'),
      fix: expect.stringContaining('grant them the permissions that the README of the adapter lists'),
    })
    expect(await storageStatuses(reading)).toEqual({ 'storage.write': 'error', 'storage.lifecycle': 'warn' })
    const unlisting = await withRights([
      's3:GetObject',
      's3:PutObject',
      's3:DeleteObject',
      's3:GetLifecycleConfiguration',
    ])
    expect(await storageStatuses(unlisting, OUR_ORIGIN)).toEqual({
      ...ALL_FINE,
      'storage.list': 'error',
      'storage.multipart': 'error',
      'storage.resumable': 'error',
    })
    expect(await storageStatuses(await withRights(EVERY_RIGHT), OUR_ORIGIN)).toEqual(ALL_FINE)
    expect(await objectsIn(storageOn())).toEqual([])
  })

  it('a missing right to delete; the remaining object is logged and found by the scan', async ({ skip }) => {
    if (server.kind === 'given') skip(SETTINGS_UNKNOWN)
    const credentials = await limitedCredentials(server, bucket, ['s3:GetObject', 's3:PutObject', 's3:ListBucket'])
    const warnings: { fields: Readonly<Record<string, unknown>> }[] = []
    const logger = {
      debug: () => {},
      info: () => {},
      warn: (fields: object) => void warnings.push({ fields: { ...fields } }),
      error: () => {},
    }
    const patient = await patientWith(storageOn({ credentials }), { logger })
    expect(await patient.finding('storage.delete')).toMatchObject({ status: 'error' })
    const left = await objectsIn(storageOn())
    // An object, and the parts that a resumable upload keeps beside its own.
    const key = /^staging\/doctor\/[0-9a-f-]+(--tail-[0-9a-f]+)?\.txt$/
    expect(left).toEqual([expect.stringMatching(key), expect.stringMatching(key)])
    const keys = left.map((name) => name.replace(/--tail-[0-9a-f]+/, ''))
    expect(warnings).toMatchObject([{ fields: { storage: 'main', keys: expect.arrayContaining(keys) } }])
    const scanning = await patientWith(storageOn(), { now: () => new Date(Date.now() + 5_000) })
    expect(await scanning.rindle.scanOrphans({ graceSeconds: 0, live: true, force: true })).toMatchObject({
      matched: 2,
      deleted: 2,
    })
  })

  it('wrong credentials, and a bucket that does not exist', async () => {
    const secretAccessKey = 'wrong-wrong-wrong'
    const wrong = await patientWith(storageOn({ credentials: { accessKeyId: server.accessKeyId, secretAccessKey } }))
    const report = await wrong.examine()
    expect(report.checks.find(({ id }) => id === 'storage.write')).toMatchObject({
      status: 'error',
      summary: expect.stringContaining('does not accept the credentials'),
    })
    expect(JSON.stringify(report)).not.toContain(secretAccessKey)
    expect(await (await patientWith(storageOn({ bucket: 'nobody-made-it' }))).finding('storage.write')).toMatchObject({
      status: 'error',
      summary: expect.stringContaining('there is no such bucket'),
      fix: expect.stringContaining('create its bucket'),
    })
  })

  it('pages that may not upload, by the origin that is asked for', async ({ skip }) => {
    if (server.kind === 'given') skip(SETTINGS_UNKNOWN)
    const patient = await patientWith(storageOn())
    expect(await patient.finding('storage.cors', { origin: 'https://other.example' })).toMatchObject({
      status: 'error',
      summary: expect.stringMatching(/^pages of https:\/\/other\.example may not upload: /),
      fix: expect.stringMatching(/^Allow PUT with the headers content-type, x-amz-/),
    })
    expect(await patient.finding('storage.cors')).toMatchObject({
      status: 'warn',
      fix: expect.stringContaining('--origin'),
    })
    expect(await patient.finding('storage.cors', { origin: OUR_ORIGIN })).toMatchObject({
      status: 'ok',
      summary: 'pages of https://app.example may upload',
    })
  })

  it('pages that may not play streams and tracks, where a profile has some', async ({ skip }) => {
    if (server.kind === 'given') skip(SETTINGS_UNKNOWN)
    const film = defineProfile({
      storage: 'main',
      accept: { types: ['video/mp4'], maxBytes: 1_000 },
      extractSubtitles: true,
    })
    const patient = await patientWith(storageOn(), { profiles: { film } })
    expect(await patient.finding('storage.playback_cors', { origin: 'https://other.example' })).toMatchObject({
      status: 'error',
      summary: expect.stringMatching(/^pages of https:\/\/other\.example may not play streams and text tracks: /),
      fix: expect.stringContaining('Allow GET with the headers range'),
    })
    expect(await patient.finding('storage.playback_cors', { origin: OUR_ORIGIN })).toMatchObject({ status: 'ok' })
  })

  it('a clock that is far from that of the store', async () => {
    const ahead = await patientWith(storageOn(), { now: () => new Date(Date.now() + 120_000) })
    expect(await ahead.finding('storage.clock')).toMatchObject({
      status: 'warn',
      summary: expect.stringMatching(/^the clock of the storage is 1\d\d s behind this machine's$/),
    })
    const behind = await patientWith(storageOn(), { now: () => new Date(Date.now() - 3_600_000) })
    expect(await storageStatuses(behind, OUR_ORIGIN)).toMatchObject({
      'storage.clock': 'error',
      // Signed to end an hour ago.
      'storage.signed_url': 'error',
    })
  })

  it('a lifecycle rule that is missing, until there is one', async () => {
    const name = await server.createBucket()
    const patient = await patientWith(storageOn({ bucket: name }))
    expect(await patient.finding('storage.lifecycle')).toMatchObject({
      status: 'warn',
      summary: 'no lifecycle rule deletes old objects below staging/',
    })
    await expireStaging(name, server)
    expect(await patient.finding('storage.lifecycle')).toMatchObject({ status: 'ok' })
    const prefixed = await patientWith(storageOn({ bucket: name, prefix: 'media' }))
    expect(await prefixed.finding('storage.lifecycle')).toMatchObject({
      status: 'warn',
      summary: expect.stringContaining('below media/staging/'),
    })
  })

  it('a public endpoint that only this machine may not reach, as a warning', async () => {
    const patient = await patientWith(storageOn({ publicEndpoint: 'http://127.0.0.1:1' }))
    expect(await patient.finding('storage.signed_url')).toMatchObject({
      status: 'warn',
      summary: expect.stringContaining('no server answers at http://127.0.0.1:1'),
    })
    expect(await objectsIn(storageOn())).toEqual([])
  })

  it('a store that is stopped, until it runs again', async ({ skip }) => {
    if (server.kind === 'given') skip('a given store is not stopped')
    const patient = await patientWith(storageOn())
    await server.kill()
    expect(await patient.finding('storage.write')).toMatchObject({
      status: 'error',
      summary: expect.stringContaining('the store did not answer'),
      fix: expect.stringContaining('Start the storage'),
    })
    await server.restart()
    expect(await storageStatuses(patient, OUR_ORIGIN)).toEqual(ALL_FINE)
  })
})

describe('of a local directory the doctor names', () => {
  async function directoryFor(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'rindle-doctor-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    return directory
  }

  const KEY = 'a key for tests only, thirty-two characters or more'

  function storageIn(directory: string, baseUrl = 'http://127.0.0.1:1/rindle', signingKey = KEY): StorageAdapter {
    return localStorage({ directory, baseUrl, signingKey })
  }

  it('a root that does not exist, and does not create it', async () => {
    const directory = await directoryFor()
    const root = join(directory, 'media')
    const patient = await patientWith(storageIn(root))
    expect(await storageStatuses(patient)).toEqual({ 'storage.write': 'error' })
    expect(await readdir(directory)).toEqual([])
    await mkdir(root)
    expect(await storageStatuses(patient)).toMatchObject({ 'storage.write': 'ok', 'storage.delete': 'ok' })
    expect(await readdir(root)).toEqual([])
  })

  it('an application that does not answer its signed URLs, until it does', async () => {
    let answer: NodeHandler = (_incoming, outgoing) => void outgoing.writeHead(404).end()
    const server = createServer((incoming, outgoing) => answer(incoming, outgoing)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const patient = await patientWith(storageIn(await directoryFor(), `http://127.0.0.1:${port}/rindle`))
    expect(await patient.finding('storage.signed_url')).toMatchObject({
      status: 'error',
      summary: 'the GET of a signed URL is answered with 404',
      fix: expect.stringContaining('rindle.serveFile(), below the path of `baseUrl`'),
    })
    const stranger = await patientWith(
      storageIn(await directoryFor(), undefined, 'the key of another application, also long'),
    )
    answer = toNodeHandler(createHandler(stranger.rindle, { basePath: '/rindle', actor: () => null }))
    expect(await patient.finding('storage.signed_url')).toMatchObject({
      status: 'error',
      summary: 'the GET of a signed URL is answered with 403',
      fix: expect.stringMatching(/`signingKey`.*clocks/),
    })
    answer = (_incoming, outgoing) => void outgoing.end('<!doctype html>')
    expect(await patient.finding('storage.signed_url')).toMatchObject({
      status: 'error',
      summary: 'the bytes that were read differ from those that were put',
    })
    answer = toNodeHandler(createHandler(patient.rindle, { basePath: '/rindle', actor: () => null }))
    expect(await storageStatuses(patient)).toMatchObject({ 'storage.signed_url': 'ok', 'storage.direct_upload': 'ok' })
    const elsewhere = await patientWith(storageIn(await directoryFor()))
    expect(await elsewhere.finding('storage.signed_url')).toMatchObject({
      status: 'warn',
      fix: expect.stringContaining('rindle.serveFile()'),
    })
  })
})

describe('what the doctor puts into a storage is removed', () => {
  it('when a call hangs in the middle', async () => {
    const storage = memoryStorage()
    const never = new Promise<never>(() => {})
    const hanging: StorageAdapter = { ...storage, get: (_key, { signal } = {}) => untilAborted(never, signal) }
    const patient = await patientWith(hanging)
    expect(await patient.finding('storage', { timeoutMs: 100 })).toMatchObject({
      status: 'error',
      summary: 'did not end within 0.1 s',
    })
    expect(await objectsIn(storage)).toEqual([])
  })

  it('when it is interrupted', async () => {
    const storage = memoryStorage()
    const stop = new AbortController()
    const onCall = (point: string): void => (point === 'get:after' ? stop.abort() : undefined)
    const patient = await patientWith(faultyStorage(storage, { onCall }))
    const { interrupted, checks } = await patient.examine({ signal: stop.signal })
    expect(interrupted).toBe(true)
    expect(checks.map(({ id }) => id)).not.toContain('storage.delete')
    expect(await objectsIn(storage)).toEqual([])
  })

  it('when a call throws an unexpected error', async () => {
    const storage = memoryStorage()
    const broken: StorageAdapter = {
      ...storage,
      list: () => {
        throw new TypeError('see https://me:secret@store.example/x?key=1')
      },
    }
    const patient = await patientWith(broken)
    const { checks } = await patient.examine()
    expect(checks.find(({ id }) => id === 'storage.list')).toMatchObject({ status: 'error', summary: 'see [url]' })
    expect(checks.find(({ id }) => id === 'storage.delete')).toMatchObject({ status: 'ok' })
    expect(await objectsIn(storage)).toEqual([])
  })
})

/** Rejects with the signal's reason when that is aborted first. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal?.addEventListener('abort', () => reject(signal.reason as Error))
  return Promise.race([work, promise])
}
