import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { settled } from '../support/application.ts'
import { allowUploadsFrom } from '../support/bucket-settings.ts'
import { quadrants } from '../support/pictures.ts'
import { type S3Application, s3Kinds, send, startS3Application } from '../support/s3-application.ts'
import { statesOf } from './deployment.ts'
import { objectsIn } from './snapshot.ts'

describe.each(await s3Kinds())('repair and maintenance on %s', (kind) => {
  let application: S3Application

  beforeEach(async () => {
    application = await startS3Application(kind)
  }, 90_000)
  afterEach(async () => application[Symbol.asyncDispose](), 60_000)

  async function expireSessions(): Promise<void> {
    await application.rindle.prisma.mediaUploadSession.updateMany({
      where: { state: { not: 'completed' } },
      data: { expiresAt: new Date(0) },
    })
  }

  it('lost objects are found and made again, and strays are found and deleted', async () => {
    const { rindle, objects } = application
    const workers = await rindle.work()
    const { id } = await rindle.upload('photo', await quadrants(80, 60), { filename: 'a.jpg' })
    const { variants } = await settled(rindle, id)
    for (const { storageKey } of variants) await objects.delete(storageKey ?? '')
    expect(await rindle.verifyStorage()).toMatchObject({ checked: 2, missing: 2, errors: 0, originalsLost: 0 })
    expect(await rindle.regenerateVariants()).toMatchObject({ enqueued: 2, errors: 0 })
    expect(statesOf(await settled(rindle, id))).toEqual({ thumb: 'ready', small: 'ready' })
    await workers.stop()

    const kept = await objectsIn(objects)
    const stray = 'photo/019a3b1c-7d2e-7f00-8000-000000000001/original-x.jpg'
    await objects.put(stray, Readable.from(['stray']), { contentType: 'image/jpeg' })
    const found: string[] = []
    // A store gives times in whole seconds, by a clock of its own.
    const { lastModified } = (await objects.head(stray)) ?? { lastModified: new Date() }
    const graceSeconds = (Date.now() - lastModified.getTime()) / 1_000 - 1
    const options = {
      graceSeconds: Math.max(0, graceSeconds),
      onOrphan: ({ key }: { key: string }) => void found.push(key),
    }
    expect(await rindle.scanOrphans(options)).toMatchObject({ scanned: 4, matched: 1, deleted: 0 })
    expect(found).toEqual([stray])
    expect(await rindle.scanOrphans({ ...options, live: true })).toMatchObject({ matched: 1, deleted: 1, errors: 0 })
    expect(await objectsIn(objects)).toEqual(kept)
  })

  it('an overdue upload in parts is aborted in the store, and its remains are deleted', async () => {
    const { rindle, objects } = application
    const declared = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: 20_000_000 }
    const { session, partSize } = await rindle.initiateMultipartUpload('photo', declared)
    const part = await send(await rindle.signMultipartPart(session.id, 1), Buffer.alloc(partSize))
    expect(part.status).toBe(200)
    expect(await rindle.listMultipartParts(session.id)).toHaveLength(1)
    await expireSessions()
    expect(await rindle.abortIncompleteUploads()).toMatchObject({ sessionsExpired: 1, remoteAborted: 1, errors: 0 })
    await expect(rindle.listMultipartParts(session.id)).rejects.toMatchObject({ code: 'session_expired' })
    await objects.put(session.uploadKey, Readable.from(['late']), { contentType: 'image/jpeg' })
    expect(await rindle.cleanupOrphans({ live: true })).toMatchObject({
      sessionsDeleted: 1,
      objectsDeleted: 1,
      errors: 0,
    })
    expect(await objects.head(session.uploadKey)).toBeUndefined()
  })

  it('a file that is sent again after its upload was complete is deleted', async () => {
    const { rindle, objects } = application
    const picture = await quadrants(80, 60)
    const declared = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: picture.byteLength }
    const { session, request } = await rindle.presignedPut('photo', declared)
    const workers = await rindle.work()
    for (const state of ['ready', 'ready']) {
      expect((await send(request, picture)).status).toBe(200)
      await rindle.verifyCompletion(session.id)
      expect((await settled(rindle, session.assetId)).state).toBe(state)
    }
    await workers.stop()
    expect(await objects.head(session.uploadKey)).toBeDefined()
    expect(await rindle.cleanupOrphans({ live: true })).toMatchObject({ objectsLate: 1, objectsDeleted: 1, errors: 0 })
    expect(await objects.head(session.uploadKey)).toBeUndefined()
    expect(await rindle.verifyStorage()).toMatchObject({ originalsLost: 0, errors: 0 })
  })

  it('the doctor names a bucket without CORS rules, until it has some', async ({ skip }) => {
    if (kind === 'minio') skip('MinIO has no CORS rules of a bucket')
    const { rindle, server } = application
    const cors = async (): Promise<unknown> => {
      const { checks } = await rindle.doctor({ origin: 'https://app.example' })
      return checks.find(({ id }) => id === 'storage.cors')
    }
    expect(await cors()).toMatchObject({ status: 'error', summary: expect.stringContaining('answered with 403') })
    await allowUploadsFrom('https://app.example', application.bucket, server)
    expect(await cors()).toMatchObject({ status: 'ok', summary: 'pages of https://app.example may upload' })
  })

  it('an upload whose client went away after its last byte is completed', async () => {
    const { rindle } = application
    const picture = await quadrants(80, 60)
    const declared = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: picture.byteLength }
    const { session, request } = await rindle.presignedPut('photo', declared)
    expect((await send(request, picture)).status).toBe(200)
    await expireSessions()
    expect(await rindle.abortIncompleteUploads()).toMatchObject({ sessionsFound: 1, sessionsVerified: 1, errors: 0 })
    const workers = await rindle.work()
    expect((await settled(rindle, session.assetId)).state).toBe('ready')
    await workers.stop()
  })
})
