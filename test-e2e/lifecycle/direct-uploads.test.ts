import { createHash } from 'node:crypto'
import { defineProfile, isRindleError, type SignedRequest, type StorageAdapter } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { type MemoryStorage, memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { SLOTS } from '../support/slots.ts'

const stored = memoryStorage()
const accept = { types: ['image/jpeg', 'image/png'], maxBytes: 40_000_000 } as const
const variants = { thumb: image.crop(8, 8) } as const
const profiles = {
  local: defineProfile({ storage: 'main', slots: SLOTS, accept, variants }),
  remote: defineProfile({ storage: 'remote', slots: SLOTS, accept, variants }),
}

let application: Application<typeof profiles>
let picture: Buffer
let other: Buffer

beforeAll(async () => {
  application = await startApplication({ profiles, storages: { remote: stored } })
  await application.work()
  picture = await quadrants(40, 30)
  other = await quadrants(30, 40)
})
afterAll(async () => application[Symbol.asyncDispose]())

/** Sends a signed request as a client would, to whichever storage signed it. */
const send = (request: SignedRequest, bytes: Uint8Array): ReturnType<MemoryStorage['send']> => {
  const body = new Uint8Array(bytes)
  if (request.url.startsWith('memory:')) return stored.send(request, body)
  const { method, url, headers } = request
  return application.rindle.serveFile(new Request(url, { method, headers, body }))
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const declare = (bytes: Buffer, changes: object = {}) => ({
  filename: 'photo.jpg',
  contentType: 'image/jpeg',
  byteSize: bytes.byteLength,
  ...changes,
})

const owner = { type: 'member', id: 7 }

/** Without a size the storage takes any bytes; then only the gate judges them. */
const undeclared = { filename: 'photo.jpg', contentType: 'image/jpeg' }

describe.each(['local', 'remote'] as const)('one PUT to %s storage', (profile) => {
  it('becomes ready, from a key that no URL of the client leads to', async () => {
    const { rindle } = application
    const { session, request } = await rindle.presignedPut(profile, declare(picture))
    expect(session).toMatchObject({ state: 'signed', uploadStrategy: 'presigned_put' })
    expect((await send(request, picture)).status).toBe(200)
    const verified = await rindle.verifyCompletion(session.id)
    expect(verified.session.state).toBe('completed')
    const asset = await settled(rindle, verified.asset.id)
    expect(asset).toMatchObject({ state: 'ready', checksumSha256: sha256(picture), width: 40, height: 30 })
    expect(asset.storageKey).not.toBe(session.uploadKey)
  })

  it('is refused by the storage itself when it differs from its declaration', async () => {
    const { rindle } = application
    const options = declare(picture, { checksumSha256: sha256(picture) })
    const { session, request } = await rindle.presignedPut(profile, options)
    const longer = Buffer.concat([picture, Buffer.alloc(1)])
    expect((await send(request, longer)).ok).toBe(false)
    expect((await send(request, picture.subarray(1))).ok).toBe(false)
    expect((await send(request, Buffer.from(picture.toReversed()))).ok).toBe(false)
    expect((await send({ ...request, headers: { ...request.headers, 'content-type': 'text/html' } }, picture)).ok).toBe(
      false,
    )
    await expect(rindle.verifyCompletion(session.id)).rejects.toMatchObject({ code: 'storage_object_missing' })
    expect((await send(request, picture)).ok).toBe(true)
    expect((await settled(rindle, (await rindle.verifyCompletion(session.id)).asset.id)).state).toBe('ready')
  })

  it('ten verifications at once give ten equal answers and one promotion', async () => {
    const { rindle } = application
    const { session, request } = await rindle.presignedPut(profile, declare(picture))
    await send(request, picture)
    const answers = await Promise.all(Array.from({ length: 10 }, () => rindle.verifyCompletion(session.id)))
    expect(new Set(answers.map(({ session: { state }, asset }) => `${state} ${asset.id}`)).size).toBe(1)
    const asset = await settled(rindle, session.assetId)
    expect(asset.state).toBe('ready')
    const runs = await rindle.prisma.mediaProcessingRun.findMany({ where: { assetId: asset.id, variantName: null } })
    expect(runs).toHaveLength(1)
  })

  it('a second PUT through the still-valid URL changes nothing that is processed or served', async () => {
    const { rindle } = application
    const { session, request } = await rindle.presignedPut(profile, undeclared)
    await send(request, picture)
    const { asset } = await rindle.verifyCompletion(session.id)
    expect((await send(request, other)).ok).toBe(true)
    const ended = await settled(rindle, asset.id)
    // Either the exchange was noticed, or the first bytes had been taken before it: never the second ones.
    if (ended.state === 'quarantined') return expect(ended.errorReason).toBe('changed_after_verification')
    expect(ended).toMatchObject({ state: 'ready', checksumSha256: sha256(picture) })
    await send(request, other)
    expect(await rindle.asset(asset.id)).toMatchObject({ storageKey: ended.storageKey, width: 40 })
  })

  it.each([
    ['a web page', Buffer.from('<!doctype html><script>alert(1)</script>'), 'unknown_type'],
    ['a GIF sent as JPEG', Buffer.from('GIF89a\x01\0\x01\0', 'latin1'), 'mime_not_allowed'],
    ['nothing', Buffer.alloc(0), 'empty_file'],
  ])('that carries %s is quarantined before anything decodes it', async (_what, bytes, reason) => {
    const { rindle } = application
    const { session, request } = await rindle.presignedPut(profile, undeclared)
    expect((await send(request, bytes)).ok).toBe(true)
    const { asset } = await rindle.verifyCompletion(session.id)
    expect(await settled(rindle, asset.id)).toMatchObject({ state: 'quarantined', errorReason: reason, kind: null })
  })

  it('is refused before it begins when its declaration is not acceptable', async () => {
    const { rindle } = application
    const reasonOf = async (changes: object) => {
      const error: unknown = await rindle.initiateUpload(profile, declare(picture, changes)).catch((e: unknown) => e)
      return isRindleError(error, 'upload_rejected') ? error.details['reason'] : error
    }
    expect(await reasonOf({ byteSize: 40_000_001 })).toBe('max_bytes_exceeded')
    expect(await reasonOf({ contentType: 'application/pdf', filename: 'a.pdf' })).toBe('mime_not_allowed')
    expect(await reasonOf({ filename: 'a.exe' })).toBe('extension_mime_mismatch')
  })

  it('that is aborted leaves nothing, and accepts nothing any more', async () => {
    const { rindle } = application
    const { session, request } = await rindle.presignedPut(profile, declare(picture))
    await send(request, picture)
    await rindle.abortUpload(session.id)
    await rindle.abortUpload(session.id).catch((error: unknown) => expect(error).toMatchObject({ code: 'not_found' }))
    await vi.waitFor(async () => expect(await rindle.asset(session.assetId)).toBeNull(), { timeout: 10_000 })
    const storage: StorageAdapter = profile === 'remote' ? stored : application.storage
    expect(await storage.head(session.uploadKey)).toBeUndefined()
    await expect(rindle.signUpload(session.id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it.each([
    ['given up', (id: string) => application.rindle.abortUpload(id)],
    ['forgotten with its owner', () => application.rindle.eraseOwner(owner)],
  ])('that is %s has nothing left of what its URL still took, once that has expired', async (_what, end) => {
    const { rindle } = application
    const { session, request } = await rindle.presignedPut(profile, { ...declare(picture), owner, slot: 'avatar' })
    await end(session.id)
    await vi.waitFor(async () => expect(await rindle.asset(session.assetId)).toBeNull(), { timeout: 10_000 })
    expect((await send(request, picture)).ok).toBe(true)
    const storage: StorageAdapter = profile === 'remote' ? stored : application.storage
    expect(await storage.head(session.uploadKey)).toBeDefined()

    const waiting = `name = 'rindle_purge' and state = 'created' and singleton_key = '${session.assetId}:${session.uploadKey}'`
    const [job] = await rindle.prisma.$queryRawUnsafe<{ inSeconds: number }[]>(
      `select extract(epoch from start_after - now())::float8 as "inSeconds" from pgboss.job where ${waiting}`,
    )
    expect(job?.inSeconds).toBeGreaterThan(3_600)
    await rindle.prisma.$executeRawUnsafe(`update pgboss.job set start_after = now() where ${waiting}`)
    await vi.waitFor(async () => expect(await storage.head(session.uploadKey)).toBeUndefined(), { timeout: 10_000 })
  })
})

describe('an upload in parts', () => {
  const size = 20 * 1024 * 1024
  const file = () => Buffer.concat([picture, Buffer.alloc(size - picture.byteLength)])

  it('is sent in any order, continues after a reload, and is completed twice with one answer', async () => {
    const { rindle } = application
    const bytes = file()
    const upload = await rindle.initiateMultipartUpload('remote', declare(bytes))
    expect(upload).toMatchObject({ partSize: 8 * 1024 * 1024, partCount: 3 })
    const sendPart = async (number: number) => {
      const request = await rindle.signMultipartPart(upload.session.id, number)
      const part = bytes.subarray((number - 1) * upload.partSize, number * upload.partSize)
      expect((await send(request, part)).status).toBe(200)
    }
    await sendPart(3)
    await sendPart(1)
    await expect(rindle.completeMultipartUpload(upload.session.id)).rejects.toMatchObject({
      code: 'storage_object_missing',
      details: { parts: 2, partCount: 3 },
    })
    const present = await rindle.listMultipartParts(upload.session.id)
    expect(present.map(({ partNumber }) => partNumber)).toEqual([1, 3])
    await sendPart(2)
    await sendPart(2)
    const answers = await Promise.all([
      rindle.completeMultipartUpload(upload.session.id),
      rindle.completeMultipartUpload(upload.session.id),
    ])
    expect(answers.map(({ session }) => session.state)).toEqual(['completed', 'completed'])
    const asset = await settled(rindle, upload.session.assetId)
    expect(asset).toMatchObject({ byteSize: size, checksumSha256: sha256(bytes) })
  })

  it('refuses parts that do not exist, and sessions that are of one PUT', async () => {
    const { rindle } = application
    const upload = await rindle.initiateMultipartUpload('remote', declare(file()))
    await expect(rindle.signMultipartPart(upload.session.id, 4)).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(rindle.signMultipartPart(upload.session.id, 0)).rejects.toMatchObject({ code: 'invalid_input' })
    const { session } = await rindle.presignedPut('remote', declare(picture))
    await expect(rindle.listMultipartParts(session.id)).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('is refused by name where the storage cannot', async () => {
    await expect(application.rindle.initiateMultipartUpload('local', declare(file()))).rejects.toMatchObject({
      code: 'capability_unsupported',
      details: { capability: 'multipart_upload', adapter: 'local', flow: 'upload' },
    })
  })
})

it('every upload that ended left the invariants intact', async () => {
  expect((await application.rindle.checkInvariants()).violations).toEqual([])
})
