import { Readable } from 'node:stream'
import { createRindle, type Rindle, type StorageAdapter, silentLogger } from '@rindle/core'
import type { ResumableStorage } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { s3Storage } from '@rindle/storage-s3'
import { type S3Server, useS3Server } from '@rindle/test-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { objectsIn } from '../operations/snapshot.ts'
import { type Application, startApplication } from '../support/application.ts'
import { serveTus } from './serve-tus.ts'
import { pdfOf, sessionIdOf, tusClient } from './tus-client.ts'
import { tusProfiles } from './tus-profiles.ts'

type Profile = 'local' | 'remote'

// A part of S3 and a tail, and a partial file on the disk.
const FILE = pdfOf(6_000_000)
const DAY_MS = 86_400_000

let s3: S3Server
let application: Application<typeof tusProfiles>
let storages: Record<Profile, StorageAdapter>

beforeAll(async () => {
  s3 = await useS3Server()
  const remote = s3Storage({
    bucket: await s3.createBucket(),
    region: s3.region,
    endpoint: s3.endpoint,
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
  })
  application = await startApplication({ profiles: tusProfiles, storages: { remote } })
  storages = { local: application.storage, remote }
})
afterAll(async () => {
  await application[Symbol.asyncDispose]()
  await s3.stop()
})
beforeEach(async () => {
  await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets, pgboss.job cascade')
  for (const storage of Object.values(storages)) await storage.deleteMany(await objectsIn(storage))
})

/** The application as it is some time later. */
async function after<T>(milliseconds: number, work: (rindle: Rindle<typeof tusProfiles>) => Promise<T>): Promise<T> {
  const rindle = createRindle({
    database: application.databaseUrl,
    storages: { main: storages.local, remote: storages.remote },
    jobs: pgBossJobs(),
    logger: silentLogger,
    profiles: tusProfiles,
    now: () => new Date(Date.now() + milliseconds),
  })
  try {
    return await work(rindle)
  } finally {
    await rindle[Symbol.asyncDispose]()
    // Its storages are the application's too.
    for (const storage of Object.values(storages)) await storage.start()
  }
}

async function half(profile: Profile): Promise<{ readonly id: string; readonly assetId: string }> {
  const { rindle } = application
  const { session } = await rindle.initiateResumableSession(profile, {
    filename: 'lesson.pdf',
    contentType: 'application/pdf',
    byteSize: FILE.byteLength * 2,
  })
  await append(session.id, 0, FILE)
  return session
}

async function append(sessionId: string, offset: number, bytes: Buffer): Promise<void> {
  const writer = await application.rindle.writeResumableSession(sessionId)
  await writer.append(Readable.from([bytes]), { offset })
  await writer.release()
}

/** The storage's state besides objects: nothing can be added to parts that are gone. */
async function hasParts(profile: Profile, sessionId: string): Promise<boolean> {
  const { uploadKey, multipartUploadId } = await application.rindle.prisma.mediaUploadSession.findUniqueOrThrow({
    where: { id: sessionId },
  })
  if (multipartUploadId === null) return (await objectsIn(storages[profile])).length > 0
  return storages[profile].multipart.listParts(uploadKey, multipartUploadId).then(
    () => true,
    () => false,
  )
}

describe.each<Profile>(['local', 'remote'])('half of a %s upload', (profile) => {
  it('stays while it has time, whatever a scan for orphans deletes', async () => {
    const { id } = await half(profile)
    expect(await objectsIn(storages[profile])).toHaveLength(1)
    await after(3 * DAY_MS, (rindle) => rindle.scanOrphans({ live: true, graceSeconds: 1 }))
    await append(id, FILE.byteLength, FILE)
    expect((await application.rindle.verifyCompletion(id)).session.state).toBe('completed')
    expect(await objectsIn(storages[profile])).toHaveLength(1)
  })

  it('is reported as ended to a request during which it is aborted', async () => {
    const storage = storages[profile]
    const lateAppend: ResumableStorage['append'] = async function* (...call) {
      await application.rindle.abortUpload(sessionIdOf(path))
      yield* storage.resumable.append(...call)
    }
    const overtaken = { ...storage, resumable: { ...storage.resumable, append: lateAppend } }
    const slow = await application.another({
      storages: { main: storages.local, remote: storages.remote, [profile === 'local' ? 'main' : 'remote']: overtaken },
    })
    const served = await serveTus(slow as unknown as Rindle)
    onTestFinished(() => served.close())
    const client = tusClient(served.port)
    const path = await client.begin(1_000, { profile })
    const answer = await client.patch(path, 0, pdfOf(1_000))
    expect([answer.status, await answer.json()]).toMatchObject([410, { code: 'session_expired' }])
  })

  it('goes with its session when it is overdue', async () => {
    const { id } = await half(profile)
    const report = await after(3 * DAY_MS, (rindle) => rindle.abortIncompleteUploads())
    expect(report).toMatchObject({ sessionsExpired: 1, remoteAborted: 1, errors: 0 })
    expect(await objectsIn(storages[profile])).toEqual([])
    expect(await hasParts(profile, id)).toBe(false)
    const cleaned = await application.rindle.cleanupOrphans({ live: true })
    expect(cleaned).toMatchObject({ sessionsDeleted: 1, errors: 0 })
  })

  it('is cleaned up when the storage did not answer at its expiry', async () => {
    const { id } = await half(profile)
    await application.rindle.prisma.mediaUploadSession.update({ where: { id }, data: { state: 'expired' } })
    expect(await hasParts(profile, id)).toBe(true)
    const [key] = await objectsIn(storages[profile])
    await application.rindle.cleanupOrphans({ live: true })
    expect(await objectsIn(storages[profile])).not.toContain(key)
  })

  it('is an orphan when its session is gone', async () => {
    const { assetId } = await half(profile)
    await application.rindle.prisma.mediaAsset.delete({ where: { id: assetId } })
    const options = { live: true, graceSeconds: 1, force: true }
    const report = await after(3 * DAY_MS, (rindle) => rindle.scanOrphans(options))
    expect(report).toMatchObject({ errors: 0 })
    expect(await objectsIn(storages[profile])).toEqual([])
  })

  it('is purged with its asset', async () => {
    const { id } = await half(profile)
    const workers = await application.work()
    await application.rindle.cancelResumableSession(id)
    await vi.waitFor(async () => expect(await application.rindle.prisma.mediaAsset.count()).toBe(0), {
      timeout: 10_000,
    })
    expect(await objectsIn(storages[profile])).toEqual([])
    await workers.stop()
  })
})

describe.each<Profile>(['local', 'remote'])('all of a %s upload', (profile) => {
  it('whose completion was cut short is completed when it is overdue', async () => {
    const { id } = await half(profile)
    await append(id, FILE.byteLength, FILE)
    expect((await application.rindle.uploadSession(id)).state).toBe('uploading')
    const report = await after(3 * DAY_MS, (rindle) => rindle.abortIncompleteUploads())
    expect(report).toMatchObject({ sessionsVerified: 1, sessionsExpired: 0, errors: 0 })
    expect((await application.rindle.uploadSession(id)).state).toBe('completed')
  })

  it('is completed once, by however many calls', async () => {
    const { id } = await half(profile)
    await append(id, FILE.byteLength, FILE)
    const answers = await Promise.all(Array.from({ length: 5 }, () => application.rindle.verifyCompletion(id)))
    expect(new Set(answers.map(({ session }) => session.state))).toEqual(new Set(['completed']))
    expect(await objectsIn(storages[profile])).toHaveLength(1)
  })
})
