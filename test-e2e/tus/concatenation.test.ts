import { buffer } from 'node:stream/consumers'
import type { Rindle } from '@rindle/core'
import { memoryStorage } from '@rindle/testing'
import { Upload } from 'tus-js-client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { objectsIn } from '../operations/snapshot.ts'
import { type Application, startApplication } from '../support/application.ts'
import { type ServedTus, serveTus, TUS_PATH } from './serve-tus.ts'
import { encoded, pdfOf, sessionIdOf, sha256, type TusClient, tusClient } from './tus-client.ts'
import { tusProfiles } from './tus-profiles.ts'

const FILE = pdfOf(300_000)
const THIRD = 100_000
const PIECES = [FILE.subarray(0, THIRD), FILE.subarray(THIRD, 2 * THIRD), FILE.subarray(2 * THIRD)]

const remote = memoryStorage()
let application: Application<typeof tusProfiles>
let served: ServedTus
let client: TusClient

beforeAll(async () => {
  application = await startApplication({ profiles: tusProfiles, storages: { remote } })
  served = await serveTus(application.rindle as unknown as Rindle, {
    authorizeUpload: ({ filename }) => filename !== 'forbidden.pdf',
  })
  client = tusClient(served.port)
  await application.work({ queues: ['rindle_purge'] })
})
afterAll(async () => {
  await served.close()
  await application[Symbol.asyncDispose]()
})

const sessionOf = (path: string) => application.rindle.uploadSession(sessionIdOf(path))

async function beginPiece(byteSize: number, actor = 'ada'): Promise<string> {
  const headers = { 'upload-concat': 'partial', 'upload-length': String(byteSize), 'x-actor': actor }
  const response = await client.ask('POST', TUS_PATH, { headers })
  expect(response.status).toBe(201)
  return response.headers.get('location') ?? ''
}

async function sendPieces(pieces: readonly Uint8Array[] = PIECES): Promise<string[]> {
  return Promise.all(
    pieces.map(async (piece) => {
      const path = await beginPiece(piece.byteLength)
      expect((await client.patch(path, 0, piece)).status).toBe(204)
      return path
    }),
  )
}

function putTogether(paths: readonly string[], metadata: Readonly<Record<string, string>> = {}): Promise<Response> {
  const declared = { profile: 'local', filename: 'whole.pdf', filetype: 'application/pdf', ...metadata }
  const headers = { 'upload-concat': `final;${paths.join(' ')}`, 'upload-metadata': encoded(declared) }
  return client.ask('POST', TUS_PATH, { headers })
}

async function problemOf(response: Response): Promise<unknown> {
  return { status: response.status, code: ((await response.json()) as { code: string }).code }
}

async function storedBytes(path: string): Promise<Buffer> {
  const { assetId, uploadKey } = await sessionOf(path)
  const asset = await application.rindle.asset(assetId)
  const storage = asset?.storage === 'remote' ? remote : application.storage
  return buffer((await storage.get(uploadKey)).body)
}

describe('concatenated pieces', () => {
  it.each(['local', 'remote'])('are one file of profile %s, in the order of their names', async (profile) => {
    const paths = await sendPieces()
    expect((await client.ask('HEAD', paths[0] ?? '')).headers.get('upload-concat')).toBe('partial')
    const created = await putTogether(paths, { profile })
    expect(created.status).toBe(201)
    const path = created.headers.get('location') ?? ''
    expect((await sessionOf(path)).state).toBe('completed')
    expect(sha256(await storedBytes(path))).toBe(sha256(FILE))
    const { headers } = await client.ask('HEAD', path)
    expect([headers.get('upload-offset'), headers.get('upload-length')]).toEqual(['300000', '300000'])
    expect(headers.get('upload-concat')).toBe(`final;${paths.join(' ')}`)
    for (const piece of paths) expect([404, 410]).toContain(await client.offsetOf(piece))
  })

  it('may be named by whole URLs, and leave nothing but the file', async () => {
    const before = await objectsIn(application.storage)
    const paths = await sendPieces()
    const urls = paths.map((path) => `http://127.0.0.1:${served.port}${path}`)
    const path = (await putTogether(urls)).headers.get('location') ?? ''
    const { uploadKey } = await sessionOf(path)
    await vi.waitFor(async () => {
      const keys = (await objectsIn(application.storage)).filter((key) => !before.includes(key))
      expect(keys).toEqual([uploadKey])
    }, 10_000)
  })

  it('are judged as one file: by its type, its size, its checksum and the application', async () => {
    const paths = await sendPieces()
    expect(await problemOf(await putTogether(paths, { filetype: 'image/png', filename: 'a.png' }))).toMatchObject({
      status: 415,
    })
    expect(await problemOf(await putTogether(paths, { filename: 'forbidden.pdf' }))).toEqual({
      status: 403,
      code: 'forbidden',
    })
    expect(await problemOf(await putTogether(paths, { profile: 'none' }))).toEqual({
      status: 400,
      code: 'unknown_profile',
    })
    const large = await sendPieces([
      ...PIECES,
      ...Array.from({ length: 7 }, () => FILE.subarray(0, THIRD)),
      Buffer.alloc(1),
    ])
    expect(await problemOf(await putTogether(large, { profile: 'note' }))).toEqual({
      status: 413,
      code: 'upload_rejected',
    })
    // A refusal has cost no piece.
    expect((await putTogether(paths)).status).toBe(201)
  })

  it('must be pieces of the same actor, complete, and each named once', async () => {
    const [first = '', second = ''] = await sendPieces()
    const begun = await beginPiece(10)
    const foreign = await beginPiece(10, 'bob')
    const file = await client.begin(FILE.byteLength)
    for (const paths of [[], [first, first], [first, begun], [first, file], ['/elsewhere/x']]) {
      expect(await problemOf(await putTogether(paths))).toEqual({ status: 400, code: 'invalid_input' })
    }
    expect(await problemOf(await putTogether([first, foreign]))).toEqual({ status: 404, code: 'not_found' })
    await client.ask('DELETE', second)
    expect((await putTogether([first, second])).status).toBeGreaterThanOrEqual(404)
    expect(await client.offsetOf(first)).toBe(THIRD)
  })

  it('are never files of their own, for any actor', async () => {
    const [path = ''] = await sendPieces()
    const { id, state, uploadKey } = await sessionOf(path)
    expect(state).not.toBe('completed')
    // A concatenation that failed half-way has made an object of it.
    await application.storage.resumable.finish(uploadKey, { offset: THIRD, uploadId: null, notes: {} })
    const isPiece = { code: 'invalid_input', message: expect.stringContaining('is a piece') }
    await expect(application.rindle.verifyCompletion(id)).rejects.toMatchObject(isPiece)
    await expect(application.rindle.inspectUpload(id)).rejects.toMatchObject(isPiece)
    expect((await application.rindle.resumableSessionStatus(id)).state).not.toBe('completed')
    await application.rindle.prisma.mediaUploadSession.update({ where: { id }, data: { expiresAt: new Date(0) } })
    await application.rindle.abortIncompleteUploads()
    expect((await sessionOf(path)).state).toBe('expired')
  })
})

it('an upload that is completed at once cannot be begun as a piece', async () => {
  const { rindle } = application
  const declared = { filename: 'a.pdf', contentType: 'application/pdf', actorId: 'ada', resumableConcat: 'partial' }
  const sessions = async () => (await rindle.prisma.mediaUploadSession.findMany()).map(({ id }) => id)
  const before = await sessions()
  await expect(rindle.uploadResumable('local', FILE, declared)).rejects.toMatchObject({ code: 'invalid_input' })
  const pieces = (await sendPieces([FILE])).map(sessionIdOf)
  await expect(rindle.concatenateUploads('local', pieces, declared)).rejects.toMatchObject({ code: 'invalid_input' })
  // Earlier ones may be removed meanwhile.
  expect((await sessions()).filter((id) => !before.includes(id))).toEqual(pieces)
})

it('tus-js-client sends one file over several connections, as it comes', async () => {
  const url = await new Promise<string>((resolve, reject) => {
    const upload = new Upload(FILE, {
      endpoint: `http://127.0.0.1:${served.port}${TUS_PATH}`,
      metadata: { profile: 'local', filename: 'lesson.pdf', filetype: 'application/pdf' },
      parallelUploads: 4,
      retryDelays: null,
      onSuccess: () => resolve(upload.url ?? ''),
      onError: reject,
    })
    upload.start()
  })
  expect(sha256(await storedBytes(new URL(url).pathname))).toBe(sha256(FILE))
})
