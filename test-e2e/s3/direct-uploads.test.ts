import { Readable } from 'node:stream'
import { type CompletedPart, RindleError } from '@rindle/core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { settled } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { type S3Application, s3Kinds, send, sha256, startS3Application } from '../support/s3-application.ts'

const declare = (bytes: Uint8Array, changes: object = {}) => ({
  filename: 'photo.jpg',
  contentType: 'image/jpeg',
  byteSize: bytes.byteLength,
  ...changes,
})

describe.each(await s3Kinds())('direct uploads to %s', (kind) => {
  let application: S3Application
  let picture: Buffer
  let other: Buffer

  beforeAll(async () => {
    application = await startS3Application(kind)
    await application.work()
    picture = await quadrants(80, 60)
    other = await quadrants(60, 80)
  }, 90_000)
  afterAll(async () => application[Symbol.asyncDispose](), 60_000)
  afterEach(async () => expect((await application.rindle.checkInvariants()).violations).toEqual([]))

  it('one PUT becomes ready, and its URLs answer a plain HTTP client', async () => {
    const { rindle } = application
    const options = declare(picture, { checksumSha256: sha256(picture), filename: 'お祝い "2026"\r\n.jpg' })
    const { session, request } = await rindle.presignedPut('photo', options)
    expect((await send(request, picture)).status).toBe(200)
    const { asset: uploaded } = await rindle.verifyCompletion(session.id)
    const asset = rindle.narrow(await settled(rindle, uploaded.id), 'photo')
    expect(asset).toMatchObject({ state: 'ready', checksumSha256: sha256(picture), width: 80 })
    const original = await fetch(await rindle.url(asset, { disposition: 'attachment' }))
    expect(original.status).toBe(200)
    expect(sha256(new Uint8Array(await original.arrayBuffer()))).toBe(sha256(picture))
    expect(original.headers.get('content-disposition')).toMatch(
      /^attachment; filename=".+"; filename\*=UTF-8''%E3%81%8A/,
    )
    const thumb = await fetch((await rindle.variantUrl(asset, 'thumb')) ?? '')
    expect([thumb.status, thumb.headers.get('content-type')]).toEqual([200, 'image/webp'])
    await thumb.arrayBuffer()
    const tampered = (await rindle.url(asset)).replace(/X-Amz-Signature=(.)/, (_match, digit: string) => {
      return `X-Amz-Signature=${digit === '0' ? '1' : '0'}`
    })
    expect((await fetch(tampered)).status).toBe(403)
    expect(await application.objects.head(session.uploadKey)).toBeUndefined()
  })

  it('the store itself refuses undeclared bytes', async () => {
    const { rindle } = application
    const options = declare(picture, { checksumSha256: sha256(picture) })
    const { session, request } = await rindle.presignedPut('photo', options)
    const flipped = Buffer.from(picture)
    flipped[100] = (flipped[100] ?? 0) ^ 1
    expect((await send(request, Buffer.concat([picture, Buffer.alloc(1)]))).ok).toBe(false)
    expect((await send(request, picture.subarray(1))).ok).toBe(false)
    expect((await send(request, flipped)).ok).toBe(false)
    const html = { ...request, headers: { ...request.headers, 'content-type': 'text/html' } }
    expect((await send(html, picture)).ok).toBe(false)
    const elsewhere = { ...request, url: request.url.replace(session.uploadKey, `${session.uploadKey}x`) }
    expect((await send(elsewhere, picture)).ok).toBe(false)
    await expect(rindle.verifyCompletion(session.id)).rejects.toMatchObject({ code: 'storage_object_missing' })
    expect((await send(request, picture)).ok).toBe(true)
    expect((await rindle.verifyCompletion(session.id)).session.state).toBe('completed')
  })

  it('a second PUT through the still-valid URL changes nothing that is processed or served', async () => {
    const { rindle } = application
    const undeclared = { filename: 'photo.jpg', contentType: 'image/jpeg' }
    const { session, request } = await rindle.presignedPut('photo', undeclared)
    await send(request, picture)
    const { asset } = await rindle.verifyCompletion(session.id)
    expect((await send(request, other)).ok).toBe(true)
    const ended = await settled(rindle, asset.id)
    if (ended.state === 'quarantined') return expect(ended.errorReason).toBe('changed_after_verification')
    expect(ended.checksumSha256).toBe(sha256(picture))
    await send(request, other)
    const served = await fetch(await rindle.url(rindle.narrow(ended, 'photo')))
    expect(sha256(new Uint8Array(await served.arrayBuffer()))).toBe(sha256(picture))
  })

  it('ten verifications at once begin one promotion', async () => {
    const { rindle } = application
    const { session, request } = await rindle.presignedPut('photo', declare(picture))
    await send(request, picture)
    const answers = await Promise.all(Array.from({ length: 10 }, () => rindle.verifyCompletion(session.id)))
    expect(new Set(answers.map(({ asset }) => asset.id)).size).toBe(1)
    await settled(rindle, session.assetId)
    const where = { assetId: session.assetId, variantName: null }
    expect(await rindle.prisma.mediaProcessingRun.count({ where })).toBe(1)
  })

  it('parts go in parallel, one fails and is sent again, a reload continues, and two processes complete it', async () => {
    const { rindle } = application
    const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(50_000_000, 7)])
    const options = { filename: 'report.pdf', contentType: 'application/pdf', byteSize: bytes.byteLength }
    const { session, partSize, partCount } = await rindle.initiateMultipartUpload('document', options)
    const part = (number: number) => bytes.subarray((number - 1) * partSize, number * partSize)
    const sendPart = async (number: number, body = part(number)) =>
      (await send(await rindle.signMultipartPart(session.id, number), body)).status
    expect(await Promise.all([1, 3, 5].map((number) => sendPart(number)))).toEqual([200, 200, 200])
    expect(await sendPart(2, part(2).subarray(1))).not.toBe(200)
    const reloaded = await application.another()
    const present = new Set((await reloaded.listMultipartParts(session.id)).map(({ partNumber }) => partNumber))
    expect(present).toEqual(new Set([1, 3, 5]))
    for (let number = 1; number <= partCount; number += 1) {
      if (!present.has(number)) expect(await sendPart(number)).toBe(200)
    }
    const completed = await Promise.all([
      rindle.completeMultipartUpload(session.id),
      reloaded.completeMultipartUpload(session.id),
    ])
    expect(completed.map(({ session: { state } }) => state)).toEqual(['completed', 'completed'])
    const asset = await settled(rindle, session.assetId)
    expect(asset).toMatchObject({ state: 'ready', byteSize: bytes.byteLength, checksumSha256: sha256(bytes) })
  })

  it('a completion that another one and a worker overtake gives the same answer', async () => {
    const { rindle } = application
    const { session, late } = await lateCompletion(async (id) => {
      await rindle.completeMultipartUpload(id)
      await settled(rindle, session.assetId)
    })
    const completed = await late()
    expect([completed.session.state, completed.asset.state]).toEqual(['completed', 'ready'])
  })

  it.each([
    ['the store has', () => undefined],
    ['a client names', () => [{ partNumber: 1, etag: 'of the client' }]],
  ])('so does one of the parts that %s, of which the store says that they are others', async (_whose, parts) => {
    const { rindle } = application
    const overtake = async (id: string): Promise<never> => {
      await rindle.completeMultipartUpload(id)
      await settled(rindle, session.assetId)
      throw new RindleError('storage_precondition_failed', 'The store has no such part.')
    }
    const { session, late } = await lateCompletion(overtake)
    expect((await late(parts())).session.state).toBe('completed')
  })

  it('a resumable upload that another call finishes meanwhile gives the same answer', async () => {
    const { rindle, objects } = application
    const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(9_000, 7)])
    const options = { filename: 'report.pdf', contentType: 'application/pdf', byteSize: bytes.byteLength }
    const { session } = await rindle.initiateResumableSession('document', options)
    const writer = await rindle.writeResumableSession(session.id)
    await writer.append(Readable.from([bytes]), { offset: 0 })
    await writer.release()
    const finish: typeof objects.resumable.finish = async () => {
      await rindle.verifyCompletion(session.id)
      await settled(rindle, session.assetId)
      throw new RindleError('storage_precondition_failed', 'The store has no such part.')
    }
    const slow = await application.another({
      storages: { main: { ...objects, resumable: { ...objects.resumable, finish } } },
    })
    expect((await slow.verifyCompletion(session.id)).session.state).toBe('completed')
  })

  it('a part that the store lacks is reported as that, and the upload continues', async () => {
    const { rindle } = application
    const { session } = await lateCompletion(async () => {})
    const wrong = rindle.completeMultipartUpload(session.id, [{ partNumber: 1, etag: '0'.repeat(32) }])
    await expect(wrong).rejects.toMatchObject({ code: 'storage_precondition_failed' })
    expect((await rindle.completeMultipartUpload(session.id)).session.state).toBe('completed')
    await settled(rindle, session.assetId)
  })

  it('a completion that is overtaken by giving up says so', async () => {
    const { late } = await lateCompletion((id) => application.rindle.abortUpload(id))
    await expect(late()).rejects.toMatchObject({
      code: expect.stringMatching(/^(session_expired|not_found)$/) as string,
    })
  })

  /** An upload in one part, and its completion, which asks the store only when something else has happened. */
  async function lateCompletion(before: (sessionId: string) => Promise<unknown>) {
    const { rindle, objects } = application
    const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(9_000, 7)])
    const options = { filename: 'report.pdf', contentType: 'application/pdf', byteSize: bytes.byteLength }
    const { session } = await rindle.initiateMultipartUpload('document', options)
    expect((await send(await rindle.signMultipartPart(session.id, 1), bytes)).status).toBe(200)
    const complete: typeof objects.multipart.complete = async (...upload) => {
      await before(session.id)
      return objects.multipart.complete(...upload)
    }
    const slow = await application.another({
      storages: { main: { ...objects, multipart: { ...objects.multipart, complete } } },
    })
    const late = (parts?: readonly CompletedPart[]) => slow.completeMultipartUpload(session.id, parts)
    return { session, late }
  }

  it('an aborted upload leaves no object and no parts', async () => {
    const { rindle } = application
    const options = { filename: 'report.pdf', contentType: 'application/pdf', byteSize: 20_000_000 }
    const { session } = await rindle.initiateMultipartUpload('document', options)
    await send(await rindle.signMultipartPart(session.id, 1), Buffer.alloc(8 * 1024 * 1024))
    await rindle.abortUpload(session.id)
    await expect(rindle.completeMultipartUpload(session.id)).rejects.toMatchObject({
      code: expect.stringMatching(/^(session_expired|not_found|storage_object_missing)$/) as string,
    })
    expect(await application.objects.head(session.uploadKey)).toBeUndefined()
  })
})
