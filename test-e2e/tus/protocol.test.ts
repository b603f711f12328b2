import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Rindle } from '@rindle/core'
import { memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { objectsIn } from '../operations/snapshot.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { type ServedTus, serveTus, TUS_PATH } from './serve-tus.ts'
import { encoded, OFFSET_STREAM, pdfOf, sessionIdOf, sha256, type TusClient, tusClient } from './tus-client.ts'
import { tusProfiles } from './tus-profiles.ts'

const FILE = pdfOf(300_000)
const HALF = 150_000

let application: Application<typeof tusProfiles>
let served: ServedTus
let client: TusClient

beforeAll(async () => {
  application = await startApplication({ profiles: tusProfiles, storages: { remote: memoryStorage() } })
  served = await serveTus(application.rindle as unknown as Rindle, {
    authorizeUpload: ({ filename, slot }) => {
      if (filename === 'forbidden.pdf') return false
      return slot === undefined ? true : { owner: { type: 'course', id: 7 } }
    },
  })
  client = tusClient(served.port)
})
afterAll(async () => {
  await served.close()
  await application[Symbol.asyncDispose]()
})

const sessionOf = (path: string) => application.rindle.uploadSession(sessionIdOf(path))

async function storedBytes(path: string): Promise<Buffer> {
  const { uploadKey } = await sessionOf(path)
  return buffer((await application.storage.get(uploadKey)).body)
}

/** Sends the missing bytes, and checks that the file is unchanged. */
async function goesOnFrom(path: string, offset: number): Promise<void> {
  expect(await client.offsetOf(path)).toBe(offset)
  expect((await client.patch(path, offset, FILE.subarray(offset))).status).toBe(204)
  expect((await sessionOf(path)).state).toBe('completed')
  expect(sha256(await storedBytes(path))).toBe(sha256(FILE))
}

async function problemOf(response: Response): Promise<unknown> {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  return { status: response.status, code: ((await response.json()) as { code: string }).code }
}

describe('the protocol', () => {
  it('says what the server can', async () => {
    const { status, headers } = await client.ask('OPTIONS', TUS_PATH)
    expect(status).toBe(204)
    expect(Object.fromEntries(headers)).toMatchObject({
      'tus-version': '1.0.0',
      'tus-extension':
        'creation,creation-with-upload,creation-defer-length,expiration,termination,checksum,concatenation',
      'tus-max-size': String(2 * 1024 ** 3),
      'tus-checksum-algorithm': 'sha1,sha256,sha512,md5',
    })
  })

  it('takes a file in two requests, and every state is gone through', async () => {
    const path = await client.begin(FILE.byteLength)
    expect(await sessionOf(path)).toMatchObject({
      state: 'signed',
      uploadStrategy: 'resumable',
      resumableProtocol: 'tus',
    })
    const first = await client.patch(path, 0, FILE.subarray(0, HALF))
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, String(HALF)])
    expect(first.headers.get('upload-expires')).toBe((await sessionOf(path)).expiresAt?.toUTCString())
    expect(await sessionOf(path)).toMatchObject({ state: 'uploading', lastKnownOffset: HALF })
    await goesOnFrom(path, HALF)
    const asset = await application.rindle.asset((await sessionOf(path)).assetId)
    expect(asset).toMatchObject({ state: 'validating', byteSize: FILE.byteLength, filename: 'lesson.pdf' })
  })

  it('takes bytes with the creation', async () => {
    const headers = {
      'upload-length': String(FILE.byteLength),
      'upload-metadata': encoded({ profile: 'local', filename: 'a.pdf', filetype: 'application/pdf' }),
      'content-type': OFFSET_STREAM,
    }
    const response = await client.ask('POST', TUS_PATH, { headers, body: FILE.subarray(0, HALF) })
    expect([response.status, response.headers.get('upload-offset')]).toEqual([201, String(HALF)])
    await goesOnFrom(response.headers.get('location') ?? '', HALF)
  })

  it.each(['', 'application/octet-stream'])('takes a file that the client declares as %j', async (filetype) => {
    await goesOnFrom(await client.begin(FILE.byteLength, { filetype }), 0)
    await expect(client.begin(1, { filetype, filename: 'photo.png' })).rejects.toThrow('422')
    await expect(client.begin(1, { filetype: 'image/png' })).rejects.toThrow('415')
  })

  it('gives back what the client said of its file, to the letter', async () => {
    const declared = { profile: 'local', filename: 'a.pdf', filetype: 'application/pdf', lesson: 'Größen' }
    const said = `${encoded(declared)},is_confidential,digest //8AgQ==`
    const headers = { 'upload-length': String(FILE.byteLength), 'upload-metadata': said }
    const created = await client.ask('POST', TUS_PATH, { headers })
    const path = created.headers.get('location') ?? ''
    expect((await client.ask('HEAD', path)).headers.get('upload-metadata')).toBe(said)
    await goesOnFrom(path, 0)
    expect((await client.ask('HEAD', path)).headers.get('upload-metadata')).toBe(said)
  })

  it('keeps no more of it than can be given back', async () => {
    const declared = { profile: 'local', filename: 'a.pdf', filetype: 'application/pdf' }
    const metadata = encoded({ ...declared, story: 'x'.repeat(6_200) })
    const headers = { 'upload-length': '1', 'upload-metadata': metadata }
    const refused = await client.ask('POST', TUS_PATH, { headers })
    expect(await problemOf(refused)).toEqual({ status: 400, code: 'invalid_input' })
  })

  it('takes a length that is declared later', async () => {
    const headers = {
      'upload-defer-length': '1',
      'upload-metadata': encoded({ profile: 'note', filename: 'a.pdf', filetype: 'application/pdf' }),
    }
    const created = await client.ask('POST', TUS_PATH, { headers })
    const path = created.headers.get('location') ?? ''
    expect((await client.patch(path, 0, FILE.subarray(0, HALF))).status).toBe(204)
    expect((await client.ask('HEAD', path)).headers.get('upload-defer-length')).toBe('1')
    const tooLong = await client.patch(path, HALF, FILE.subarray(HALF), { 'upload-length': '1000001' })
    expect(await problemOf(tooLong)).toEqual({ status: 413, code: 'upload_rejected' })
    const last = await client.patch(path, HALF, FILE.subarray(HALF), { 'upload-length': String(FILE.byteLength) })
    expect(last.status).toBe(204)
    expect(sha256(await storedBytes(path))).toBe(sha256(FILE))
  })

  it("ends an upload of undeclared length at the profile's limit", async () => {
    const headers = {
      'upload-defer-length': '1',
      'upload-metadata': encoded({ profile: 'note', filename: 'a.pdf', filetype: 'application/pdf' }),
    }
    const path = (await client.ask('POST', TUS_PATH, { headers })).headers.get('location') ?? ''
    const body = Readable.toWeb(Readable.from([pdfOf(900_000), pdfOf(900_000)])) as ReadableStream<Uint8Array>
    expect(await problemOf(await client.patch(path, 0, body))).toEqual({ status: 413, code: 'upload_rejected' })
    expect((await sessionOf(path)).lastKnownOffset).toBeLessThanOrEqual(1_000_000)
  })

  it('takes another method from behind a wall that lets only POST through', async () => {
    const path = await client.begin(FILE.byteLength)
    const headers = { 'content-type': OFFSET_STREAM, 'upload-offset': '0', 'x-http-method-override': 'PATCH' }
    expect((await client.ask('POST', path, { headers, body: FILE.subarray(0, HALF) })).status).toBe(204)
    await goesOnFrom(path, HALF)
  })

  it('ends an upload with everything that the storage holds of it', async () => {
    const before = await objectsIn(application.storage)
    const path = await client.begin(FILE.byteLength)
    await client.patch(path, 0, FILE.subarray(0, HALF))
    expect((await client.ask('DELETE', path)).status).toBe(204)
    expect(await client.offsetOf(path)).toBe(410)
    expect(await problemOf(await client.patch(path, HALF, FILE.subarray(HALF)))).toEqual({
      status: 410,
      code: 'session_expired',
    })
    expect((await sessionOf(path)).state).toBe('aborted')
    expect(await objectsIn(application.storage)).toEqual(before)
  })

  it('ends a complete upload with its file, at once', async () => {
    const path = await client.begin(FILE.byteLength)
    await client.patch(path, 0, FILE)
    expect((await client.ask('DELETE', path)).status).toBe(204)
    expect(await client.offsetOf(path)).toBe(410)
    const { assetId } = await sessionOf(path)
    expect((await application.rindle.asset(assetId))?.state).toBe('deleted')
  })
})

describe('a request that is wrong changes nothing:', () => {
  it.each([0, HALF - 1, HALF + 1])('an offset of %i when half is there', async (offset) => {
    const path = await client.begin(FILE.byteLength)
    await client.patch(path, 0, FILE.subarray(0, HALF))
    expect(await problemOf(await client.patch(path, offset, Buffer.alloc(1000)))).toEqual({
      status: 409,
      code: 'conflict',
    })
    await goesOnFrom(path, HALF)
  })

  it('a body that is not of its checksum', async () => {
    const path = await client.begin(FILE.byteLength)
    const half = FILE.subarray(0, HALF)
    const checksum = (bytes: Uint8Array) => ({
      'upload-checksum': `sha1 ${createHash('sha1').update(bytes).digest('base64')}`,
    })
    const wrong = await client.patch(path, 0, half, checksum(FILE))
    expect(await problemOf(wrong)).toEqual({ status: 460, code: 'checksum_mismatch' })
    expect(await client.offsetOf(path)).toBe(0)
    for (const header of ['crc32 AAAAAA==', 'sha1', 'sha1 AAAA', 'sha1 a b']) {
      const response = await client.patch(path, 0, half, { 'upload-checksum': header })
      expect(await problemOf(response)).toEqual({ status: 400, code: 'invalid_input' })
    }
    expect((await client.patch(path, 0, half, checksum(half))).status).toBe(204)
    await goesOnFrom(path, HALF)
  })

  it('more bytes than were declared, announced or not', async () => {
    const path = await client.begin(FILE.byteLength)
    const tooMany = Buffer.concat([FILE, Buffer.alloc(10)])
    expect(await problemOf(await client.patch(path, 0, tooMany))).toEqual({ status: 413, code: 'upload_rejected' })
    expect(await client.offsetOf(path)).toBe(0)
    const unannounced = Readable.toWeb(Readable.from([tooMany])) as ReadableStream<Uint8Array>
    expect(await problemOf(await client.patch(path, 0, unannounced))).toEqual({ status: 413, code: 'upload_rejected' })
    await goesOnFrom(path, await client.offsetOf(path))
  })

  it.each([
    ['a signature that was altered', (path: string) => `${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`, 'ada'],
    ['a signature that was cut', (path: string) => path.slice(0, -1), 'ada'],
    ['no signature', (path: string) => path.split('.')[0] ?? '', 'ada'],
    ['another session', (path: string) => path.replace(sessionIdOf(path), crypto.randomUUID()), 'ada'],
    ['a segment more', (path: string) => `${path}/more`, 'ada'],
    ['another actor', (path: string) => path, 'bob'],
  ])('a URL with %s', async (_what, altered, actor) => {
    const path = await client.begin(FILE.byteLength)
    await client.patch(path, 0, FILE.subarray(0, HALF))
    const headers = { 'x-actor': actor }
    expect((await client.ask('HEAD', altered(path), { headers })).status).toBe(404)
    const patched = await client.patch(altered(path), HALF, FILE.subarray(HALF), headers)
    expect(await problemOf(patched)).toEqual({ status: 404, code: 'not_found' })
    expect((await client.ask('DELETE', altered(path), { headers })).status).toBe(404)
    await goesOnFrom(path, HALF)
  })

  it('an overdue session', async () => {
    const path = await client.begin(FILE.byteLength)
    await client.patch(path, 0, FILE.subarray(0, HALF))
    await application.rindle.prisma.mediaUploadSession.update({
      where: { id: sessionIdOf(path) },
      data: { expiresAt: new Date(Date.now() - 1) },
    })
    expect(await client.offsetOf(path)).toBe(410)
    expect((await client.patch(path, HALF, FILE.subarray(HALF))).status).toBe(410)
    expect((await sessionOf(path)).lastKnownOffset).toBe(HALF)
  })
})

describe('what a client declares', () => {
  const post = (metadata: Record<string, string>, byteSize = 1000) =>
    client.ask('POST', TUS_PATH, {
      headers: { 'upload-length': String(byteSize), 'upload-metadata': encoded(metadata) },
    })
  const pdf = { filename: 'a.pdf', filetype: 'application/pdf' }

  it.each([
    [400, 'invalid_input', { ...pdf }, 1000],
    [400, 'unknown_profile', { ...pdf, profile: 'constructor' }, 1000],
    [413, 'upload_rejected', { ...pdf, profile: 'note' }, 1_000_001],
    [415, 'upload_rejected', { filename: 'a.html', filetype: 'text/html', profile: 'note' }, 1000],
    [422, 'upload_rejected', { filename: 'a.exe', filetype: 'application/pdf', profile: 'note' }, 1000],
    [422, 'upload_rejected', { ...pdf, profile: 'note' }, 0],
    [403, 'forbidden', { ...pdf, filename: 'forbidden.pdf', profile: 'note' }, 1000],
    [400, 'invalid_input', { ...pdf, profile: 'note', filename: 'x'.repeat(2000) }, 1000],
  ])('is refused with %i and %s', async (status, code, metadata, byteSize) => {
    expect(await problemOf(await post(metadata, byteSize))).toEqual({ status, code })
  })

  it('is made harmless, whichever client names it', async () => {
    const name = '../../etc/\u202Elesson\n.pdf'
    const response = await post({ profile: 'local', name, type: 'application/pdf' })
    const { assetId } = await sessionOf(response.headers.get('location') ?? '')
    expect((await application.rindle.asset(assetId))?.filename).toBe('lesson .pdf')
  })

  it('is attached where the application says', async () => {
    const response = await post({ ...pdf, profile: 'local', slot: 'lesson' })
    const { id } = await sessionOf(response.headers.get('location') ?? '')
    const session = await application.rindle.prisma.mediaUploadSession.findUnique({ where: { id } })
    expect(session).toMatchObject({ attachOwnerType: 'course', attachOwnerId: '7', attachSlot: 'lesson' })
  })
})

describe('an upload that breaks off', () => {
  it('keeps the received bytes', async () => {
    const path = await client.begin(FILE.byteLength)
    const stalled = await sendHalf(path, FILE.subarray(0, HALF))
    stalled.cut()
    await goesOnFrom(path, HALF)
  })

  it('is taken over by the next request, and nothing is mixed up', async () => {
    const path = await client.begin(FILE.byteLength)
    const { answered } = await sendHalf(path, FILE.subarray(0, HALF))
    const offset = await client.offsetOf(path)
    expect([offset, await answered]).toEqual([HALF, 204])
    const others = await Promise.all([
      client.patch(path, offset, FILE.subarray(offset)),
      client.patch(path, offset, Buffer.alloc(FILE.byteLength - offset)),
    ])
    // Only one of them can have been first.
    expect(others.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([204, 409])
    expect((await sessionOf(path)).state).toBe('completed')
    const stored = await storedBytes(path)
    const winner = others[0]?.status === 204 ? FILE.subarray(offset) : Buffer.alloc(FILE.byteLength - offset)
    expect(sha256(stored)).toBe(sha256(Buffer.concat([FILE.subarray(0, offset), winner])))
  })

  it('after its last byte is completed by the next request for its offset', async () => {
    const path = await client.begin(FILE.byteLength)
    const writer = await application.rindle.writeResumableSession(sessionIdOf(path))
    await writer.append(Readable.from([FILE]), { offset: 0 })
    await writer.release()
    expect((await sessionOf(path)).state).toBe('uploading')
    expect(await client.offsetOf(path)).toBe(FILE.byteLength)
    expect((await sessionOf(path)).state).toBe('completed')
  })
})

it('a file goes through the same gate as on every other way', async () => {
  const disguised = Buffer.from('<!doctype html><script>alert(1)</script>'.padEnd(1000, ' '))
  const good = await client.begin(FILE.byteLength)
  const bad = await client.begin(disguised.byteLength)
  await client.patch(good, 0, FILE)
  expect((await client.patch(bad, 0, disguised)).status).toBe(204)
  const workers = await application.work()
  const states = await Promise.all(
    [good, bad].map(async (path) => settled(application.rindle, (await sessionOf(path)).assetId)),
  )
  expect(states.map(({ state, errorReason }) => [state, errorReason])).toEqual([
    ['ready', null],
    ['quarantined', expect.any(String)],
  ])
  await workers.stop()
})

it('every step is announced, and no secret is revealed', async () => {
  const told: unknown[] = []
  const names = ['start', 'status', 'cancel'] as const
  const stops = names.map((name) =>
    application.rindle.on(`rindle.upload.resumable.${name}`, (event) => void told.push(event)),
  )
  const path = await client.begin(FILE.byteLength)
  await client.patch(path, 0, FILE.subarray(0, HALF))
  await client.offsetOf(path)
  await client.ask('DELETE', path)
  for (const stop of stops) stop()
  const facts = { profile: 'local', adapter: 'local', protocol: 'tus' }
  expect(told).toEqual([
    { name: 'rindle.upload.resumable.start', metadata: { ...facts, state: 'signed' }, measurements: {} },
    {
      name: 'rindle.upload.resumable.status',
      metadata: { ...facts, state: 'uploading' },
      measurements: { offset: HALF },
    },
    { name: 'rindle.upload.resumable.cancel', metadata: { ...facts, state: 'aborted' }, measurements: {} },
  ])
  const signature = path.split('.').at(-1) ?? ''
  const { sessionUri } = await application.rindle.prisma.mediaUploadSession.findUniqueOrThrow({
    where: { id: sessionIdOf(path) },
  })
  expect(JSON.stringify([told, await sessionOf(path)])).not.toContain(signature)
  expect(JSON.stringify([told, await sessionOf(path)])).not.toContain(sessionUri)
})

/** A request that stops in the middle of its body. */
interface StalledPatch {
  /** Resolves with the status of an answer. */
  readonly answered: Promise<number | undefined>
  /** Ends the connection, as a train does in a tunnel. */
  cut(): void
}

/** Sends bytes of a body that is announced to be longer; resolves when the server has them. */
async function sendHalf(path: string, bytes: Uint8Array): Promise<StalledPatch> {
  const headers = {
    'tus-resumable': '1.0.0',
    'content-type': OFFSET_STREAM,
    'upload-offset': '0',
    'content-length': String(FILE.byteLength),
  }
  const sending = request({ host: '127.0.0.1', port: served.port, path, method: 'PATCH', headers })
  const answered = once(sending, 'response').then(([response]) => (response as IncomingMessage).statusCode)
  answered.catch(() => {})
  sending.write(bytes)
  await vi.waitFor(async () => expect((await sessionOf(path)).lastKnownOffset).toBe(bytes.byteLength), {
    timeout: 10_000,
  })
  return { answered, cut: () => sending.destroy() }
}
