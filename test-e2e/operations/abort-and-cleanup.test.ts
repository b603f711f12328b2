import { Readable } from 'node:stream'
import type { StorageAdapter, UploadSession } from '@rindle/core'
import { faultyStorage } from '@rindle/testing'
import { describe, expect, it } from 'vitest'
import { settled } from '../support/application.ts'
import { deploy } from './deployment.ts'
import { objectsIn, snapshot } from './snapshot.ts'
import { profiles, useDirectUploads } from './use-direct-uploads.ts'

const uploads = useDirectUploads()
const { remote, begin, arrive, send, stateOf } = uploads
const MULTIPART_BYTES = 20 * 1024 * 1024
const noUploads = { sessionsFound: 0, sessionsExpired: 0, remoteAborted: 0, errors: 0, sessionsVerified: 0 }
const noSessions = {
  sessionsFound: 0,
  sessionsDeleted: 0,
  objectsDeleted: 0,
  objectsMissing: 0,
  objectsLate: 0,
  errors: 0,
}

/** The application as it is when the time of all uploads has run out. */
function later(storages: Record<string, StorageAdapter> = {}) {
  const now = (): Date => new Date(Date.now() + 8 * 86_400_000)
  return deploy(uploads.application, profiles, {
    now,
    storages: { main: uploads.application.storage, remote, ...storages },
  })
}

async function beginInParts(sentParts: readonly number[]): Promise<UploadSession> {
  const { rindle } = uploads.application
  const { picture } = uploads
  const file = Buffer.concat([picture, Buffer.alloc(MULTIPART_BYTES - picture.byteLength)])
  const declared = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: MULTIPART_BYTES }
  const { session, partSize } = await rindle.initiateMultipartUpload('remote', declared)
  for (const part of sentParts) {
    const request = await rindle.signMultipartPart(session.id, part)
    await send(request, file.subarray((part - 1) * partSize, part * partSize))
  }
  return session
}

async function openUploads(): Promise<number> {
  let open = 0
  for await (const _upload of remote.multipart.listUploads('')) open += 1
  return open
}

describe('an overdue upload', () => {
  it('expires; one that has time left stays', async () => {
    const { rindle } = uploads.application
    const sessions = [await begin('local'), await begin('remote')]
    expect(await rindle.abortIncompleteUploads()).toEqual({
      ...noUploads,
      stopped: [],
      dryRun: false,
      interrupted: false,
    })
    expect(await (await later()).abortIncompleteUploads()).toMatchObject({
      ...noUploads,
      sessionsFound: 2,
      sessionsExpired: 2,
    })
    expect(await Promise.all(sessions.map(stateOf))).toEqual(['expired', 'expired'])
    await expect(rindle.verifyCompletion(sessions[0]?.id ?? '')).rejects.toMatchObject({ code: 'session_expired' })
    expect(await (await later()).abortIncompleteUploads()).toMatchObject(noUploads)
  })

  it('is verified when its file has arrived without a completion call', async () => {
    const { rindle } = uploads.application
    const session = await begin('local')
    await arrive(session)
    expect(await (await later()).abortIncompleteUploads()).toMatchObject({
      ...noUploads,
      sessionsFound: 1,
      sessionsVerified: 1,
    })
    expect(await stateOf(session)).toBe('completed')
    const workers = await rindle.work()
    expect((await settled(rindle, session.assetId)).state).toBe('ready')
    await workers.stop()
  })

  it('fails, and its asset is quarantined, when the bytes differ from their declaration', async () => {
    const session = await begin('remote', 10)
    await remote.put(session.uploadKey, Readable.from([uploads.picture]), {
      contentType: 'image/jpeg',
    })
    expect(await (await later()).abortIncompleteUploads()).toMatchObject({ ...noUploads, sessionsFound: 1 })
    expect(await stateOf(session)).toBe('failed')
    expect((await uploads.application.rindle.asset(session.assetId))?.state).toBe('quarantined')
  })

  it('of the resumable kind is verified only when its last byte is known to be there', async () => {
    const { prisma } = uploads.application.rindle
    const [half, endless, whole] = [await begin('local'), await begin('local'), await begin('local')]
    const length = BigInt(uploads.picture.byteLength)
    for (const [session, uploadLength, lastKnownOffset] of [
      [half, length, length - 1n],
      [endless, null, null],
      [whole, length, length],
    ] as const) {
      await arrive(session)
      const data = { uploadStrategy: 'resumable', resumableProtocol: 'tus', uploadLength, lastKnownOffset }
      await prisma.mediaUploadSession.update({ where: { id: session.id }, data })
    }
    expect(await (await later()).abortIncompleteUploads()).toMatchObject({ sessionsExpired: 2, sessionsVerified: 1 })
    expect(await Promise.all([half, endless, whole].map(stateOf))).toEqual(['expired', 'expired', 'completed'])
  })

  it('in parts is aborted in the storage, or completed when all parts have arrived', async () => {
    const { rindle } = uploads.application
    const half = await beginInParts([1, 3])
    const whole = await beginInParts([1, 2, 3])
    expect(await openUploads()).toBe(2)
    expect(await (await later()).abortIncompleteUploads()).toMatchObject({
      ...noUploads,
      sessionsFound: 2,
      sessionsExpired: 1,
      remoteAborted: 1,
      sessionsVerified: 1,
    })
    expect([await stateOf(half), await stateOf(whole)]).toEqual(['expired', 'completed'])
    expect(await openUploads()).toBe(0)
    const workers = await rindle.work()
    expect(await settled(rindle, whole.assetId)).toMatchObject({ state: 'ready', byteSize: MULTIPART_BYTES })
    await workers.stop()
  })

  it('is left as it is by a dry run, which foresees how it ends', async () => {
    const { prisma } = uploads.application.rindle
    const [none, arrived, wrong, whole] = [
      await begin('local'),
      await begin('remote'),
      await begin('remote'),
      await begin('local'),
    ]
    for (const session of [arrived, whole]) await arrive(session)
    await remote.put(wrong.uploadKey, Readable.from(['other']), { contentType: 'image/jpeg' })
    const length = BigInt(uploads.picture.byteLength)
    const resumable = { uploadStrategy: 'resumable', resumableProtocol: 'tus', uploadLength: length }
    for (const [session, lastKnownOffset] of [
      [none, 1n],
      [whole, length],
    ] as const) {
      await prisma.mediaUploadSession.update({ where: { id: session.id }, data: { ...resumable, lastKnownOffset } })
    }
    await beginInParts([1, 3])
    await beginInParts([1, 2, 3])
    const rindle = await later()
    const before = [await snapshot(rindle, uploads.application.storage), await objectsIn(remote)]
    const foreseen = await rindle.abortIncompleteUploads({ dryRun: true })
    expect(foreseen).toEqual({
      ...noUploads,
      sessionsFound: 6,
      sessionsExpired: 2,
      remoteAborted: 1,
      sessionsVerified: 3,
      stopped: [],
      dryRun: true,
      interrupted: false,
    })
    expect([await snapshot(rindle, uploads.application.storage), await objectsIn(remote)]).toEqual(before)
    expect(await openUploads()).toBe(2)
    expect(await rindle.abortIncompleteUploads()).toEqual({ ...foreseen, dryRun: false })
  })

  it('is ended once by two at the same time', async () => {
    const sessions = []
    for (let count = 0; count < 12; count += 1) sessions.push(await begin(count % 2 === 0 ? 'local' : 'remote'))
    for (const session of sessions.slice(0, 6)) await arrive(session)
    const [one, two] = [await later(), await later()]
    const reports = await Promise.all([one.abortIncompleteUploads(), two.abortIncompleteUploads()])
    expect(reports.reduce((sum, { sessionsExpired }) => sum + sessionsExpired, 0)).toBe(6)
    expect(reports.map(({ errors }) => errors)).toEqual([0, 0])
    expect((await Promise.all(sessions.map(stateOf))).toSorted()).toEqual([
      ...Array.from({ length: 6 }, () => 'completed'),
      ...Array.from({ length: 6 }, () => 'expired'),
    ])
    const jobs = await one.prisma.$queryRaw`select 1 from pgboss.job where name = 'rindle_promote'`
    expect(jobs).toHaveLength(6)
  })

  it('stays open when its storage does not answer, and the others are done', async () => {
    const sessions = [await begin('remote'), await begin('local'), await begin('remote')]
    const broken = faultyStorage(remote, { failOneIn: { calls: 1, error: () => new Error('The storage is away.') } })
    const rindle = await later({ remote: broken })
    expect(await rindle.abortIncompleteUploads()).toMatchObject({
      ...noUploads,
      sessionsFound: 3,
      sessionsExpired: 1,
      errors: 2,
    })
    expect(await Promise.all(sessions.map(stateOf))).toEqual(['initialized', 'expired', 'initialized'])
  })

  it('is announced as a repair and as a maintenance run', async () => {
    await begin('local')
    const rindle = await later()
    const events: unknown[] = []
    rindle.on('rindle.repair.stop', ({ metadata }) => void events.push(metadata))
    rindle.on('rindle.cleanup.run', ({ metadata, measurements }) => void events.push(metadata, measurements))
    await rindle.abortIncompleteUploads()
    expect(events).toEqual([
      { operation: 'abort_incomplete_uploads', scope: 'all', result: 'ok', dry_run: false },
      { worker: 'abort_incomplete_uploads' },
      { ...noUploads, sessionsFound: 1, sessionsExpired: 1, durationUs: expect.any(Number) },
    ])
  })
})

describe('what expired sessions have left', () => {
  /** Four expired sessions: two with an object (that came after they had expired), one in parts, one without anything. */
  async function expired(): Promise<UploadSession[]> {
    const sessions = [await begin('local'), await begin('remote'), await beginInParts([1]), await begin('local')]
    await (await later()).abortIncompleteUploads()
    await uploads.application.storage.put(sessions[0]?.uploadKey ?? '', Readable.from(['late']), {
      contentType: 'image/jpeg',
    })
    await remote.put(sessions[1]?.uploadKey ?? '', Readable.from(['late']), { contentType: 'image/jpeg' })
    return sessions
  }

  it('is counted, and stays, without live', async () => {
    await expired()
    const { rindle } = uploads.application
    const before = [await snapshot(rindle, uploads.application.storage), await objectsIn(remote)]
    expect(await rindle.cleanupOrphans()).toEqual({
      ...noSessions,
      sessionsFound: 4,
      objectsMissing: 2,
      stopped: [],
      dryRun: true,
      interrupted: false,
    })
    expect([await snapshot(rindle, uploads.application.storage), await objectsIn(remote)]).toEqual(before)
  })

  it('is deleted, and nothing else is', async () => {
    const { rindle } = uploads.application
    const open = await begin('local')
    const completed = await begin('remote')
    await arrive(completed)
    await rindle.verifyCompletion(completed.id)
    const failed = await begin('local')
    await rindle.prisma.mediaUploadSession.update({ where: { id: failed.id }, data: { state: 'failed' } })
    await arrive(open)
    const sessions = await begunAndExpired()
    const kept = [await objectsIn(uploads.application.storage), await objectsIn(remote)]
    expect(await rindle.cleanupOrphans({ live: true })).toMatchObject({
      ...noSessions,
      sessionsFound: 1,
      sessionsDeleted: 1,
      objectsMissing: 1,
      dryRun: false,
    })
    expect([await objectsIn(uploads.application.storage), await objectsIn(remote)]).toEqual(kept)
    await expect(rindle.uploadSession(sessions.id)).rejects.toMatchObject({ code: 'not_found' })
    for (const session of [open, completed, failed])
      expect((await rindle.uploadSession(session.id)).id).toBe(session.id)
  })

  async function begunAndExpired(): Promise<UploadSession> {
    const session = await begin('local')
    const { prisma } = uploads.application.rindle
    await prisma.mediaUploadSession.update({ where: { id: session.id }, data: { state: 'expired' } })
    return session
  }

  it('is deleted once by two at the same time, and a second run finds nothing', async () => {
    await expired()
    const { rindle } = uploads.application
    const other = await later()
    const reports = await Promise.all([rindle.cleanupOrphans({ live: true }), other.cleanupOrphans({ live: true })])
    expect(reports.reduce((sum, { sessionsDeleted }) => sum + sessionsDeleted, 0)).toBe(4)
    expect(reports.map(({ errors }) => errors)).toEqual([0, 0])
    expect([...(await objectsIn(uploads.application.storage)), ...(await objectsIn(remote))]).toEqual([])
    expect(await openUploads()).toBe(0)
    expect(await rindle.cleanupOrphans({ live: true })).toMatchObject(noSessions)
  })

  it('stays when its storage does not answer, and the rest is deleted', async () => {
    const sessions = await expired()
    const broken = faultyStorage(remote, {
      onCall: (point) => {
        if (point === 'delete:before') throw new Error('The storage is away.')
      },
    })
    const rindle = await later({ remote: broken })
    expect(await rindle.cleanupOrphans({ live: true })).toMatchObject({
      ...noSessions,
      sessionsFound: 4,
      sessionsDeleted: 2,
      objectsDeleted: 1,
      objectsMissing: 2,
      errors: 2,
    })
    expect(await stateOf(sessions[1] as UploadSession)).toBe('expired')
    const rest = await uploads.application.rindle.cleanupOrphans({ live: true, storage: 'remote' })
    expect(rest).toMatchObject({ sessionsFound: 2, sessionsDeleted: 2, objectsDeleted: 1, errors: 0 })
  })

  it('is of one storage, when one is named', async () => {
    await expired()
    const { rindle } = uploads.application
    expect(await rindle.cleanupOrphans({ storage: 'main' })).toMatchObject({ sessionsFound: 2 })
    await expect(rindle.cleanupOrphans({ storage: 'mian' })).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('is left between two sessions when the run is interrupted', async () => {
    await expired()
    const stop = new AbortController()
    const onCall = (point: string): void => {
      if (point === 'delete:after') stop.abort()
    }
    // Whichever session comes first: they expired at once.
    const rindle = await later({
      main: faultyStorage(uploads.application.storage, { onCall }),
      remote: faultyStorage(remote, { onCall }),
    })
    const first = await rindle.cleanupOrphans({ live: true, signal: stop.signal, concurrency: 1 })
    expect(first).toMatchObject({ sessionsFound: 1, sessionsDeleted: 1, interrupted: true })
    expect(await rindle.cleanupOrphans({ live: true })).toMatchObject({ sessionsFound: 3, sessionsDeleted: 3 })
  })
})
