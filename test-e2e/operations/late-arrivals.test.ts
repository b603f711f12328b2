import { Readable } from 'node:stream'
import { defineProfile, type SignedRequest, type StorageAdapter, type UploadSession } from '@rindle/core'
import { faultyStorage, memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { deploy } from './deployment.ts'
import { objectsIn, snapshot } from './snapshot.ts'

const accept = { types: ['image/*'], maxBytes: 40_000_000 }
const profiles = {
  local: defineProfile({ storage: 'main', accept }),
  remote: defineProfile({ storage: 'remote', accept }),
}
const remote = memoryStorage()
const nothing = {
  sessionsFound: 0,
  sessionsDeleted: 0,
  objectsDeleted: 0,
  objectsMissing: 0,
  objectsLate: 0,
  errors: 0,
}

let application: Application<typeof profiles>
let picture: Buffer

beforeAll(async () => {
  application = await startApplication({ profiles, storages: { remote } })
  picture = await quadrants(20, 20)
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets, pgboss.job cascade')
  for (const storage of [application.storage, remote]) await storage.deleteMany(await objectsIn(storage))
})

function begin(profile: keyof typeof profiles): Promise<UploadSession> {
  const declared = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: picture.byteLength }
  return application.rindle.initiateUpload(profile, declared)
}

async function arrive(session: UploadSession): Promise<void> {
  await send(await application.rindle.signUpload(session.id))
}

async function send(request: SignedRequest): Promise<void> {
  const { rindle } = application
  const body = new Uint8Array(picture)
  const isMemory = request.url.startsWith('memory:')
  const { status } = isMemory
    ? await remote.send(request, body)
    : await rindle.serveFile(new Request(request.url, { ...request, body }))
  expect([200, 201, 204]).toContain(status)
}

const stateOf = async ({ id }: UploadSession): Promise<string> => (await application.rindle.uploadSession(id)).state

describe('what comes to staging after its upload had ended', () => {
  /** Uploads that are complete and promoted, of which the client sends the file once more. */
  async function sentTwice(): Promise<UploadSession[]> {
    const { rindle } = application
    const sessions = [await begin('local'), await begin('remote')]
    const workers = await rindle.work()
    for (const session of sessions) {
      const request = await rindle.signUpload(session.id)
      await send(request)
      const { asset } = await rindle.verifyCompletion(session.id)
      expect((await settled(rindle, asset.id)).state).toBe('ready')
      await send(request)
    }
    await workers.stop()
    return sessions
  }

  const stagedIn = async (storage: StorageAdapter): Promise<readonly string[]> =>
    (await objectsIn(storage)).filter((key) => key.startsWith('staging/'))
  const staged = async (): Promise<readonly string[]> => [
    ...(await stagedIn(application.storage)),
    ...(await stagedIn(remote)),
  ]

  it('is counted, and goes when it is told live, with no session and no asset', async () => {
    const { rindle } = application
    const sessions = await sentTwice()
    expect(await staged()).toEqual(sessions.map(({ uploadKey }) => uploadKey))
    const before = [await snapshot(rindle, application.storage), await objectsIn(remote)]
    expect(await rindle.cleanupOrphans()).toMatchObject({ ...nothing, objectsLate: 2 })
    expect([await snapshot(rindle, application.storage), await objectsIn(remote)]).toEqual(before)
    expect(await rindle.cleanupOrphans({ live: true, storage: 'remote' })).toMatchObject({
      ...nothing,
      objectsLate: 1,
      objectsDeleted: 1,
    })
    expect(await rindle.cleanupOrphans({ live: true })).toMatchObject({ objectsLate: 1, objectsDeleted: 1 })
    expect(await staged()).toEqual([])
    expect(await Promise.all(sessions.map(stateOf))).toEqual(['completed', 'completed'])
    expect(await rindle.verifyStorage()).toMatchObject({ originalsChecked: 2, originalsLost: 0 })
    expect(await rindle.cleanupOrphans({ live: true })).toMatchObject(nothing)
  })

  it('stays while the upload is open, is not promoted yet, or has its asset there, and when no row knows it', async () => {
    const { rindle } = application
    const [open, complete, refused] = [await begin('local'), await begin('remote'), await begin('local')]
    for (const session of [open, complete, refused]) await arrive(session)
    await rindle.verifyCompletion(complete.id)
    await rindle.prisma.mediaUploadSession.update({ where: { id: refused.id }, data: { state: 'failed' } })
    const stray = 'staging/local/019a3b1c-7d2e-7f00-8000-000000000001/x.jpg'
    await application.storage.put(stray, Readable.from(['stray']), { contentType: 'image/jpeg' })
    const before = await staged()
    expect(before).toHaveLength(4)
    expect(await rindle.cleanupOrphans({ live: true })).toMatchObject(nothing)
    expect(await staged()).toEqual(before)
  })

  it('stays where its storage does not answer, and the rest is deleted', async () => {
    const [, there] = await sentTwice()
    const broken = faultyStorage(remote, {
      onCall: (point) => {
        if (point === 'delete:before') throw new Error('The storage is away.')
      },
    })
    const rindle = await deploy(application, profiles, { storages: { main: application.storage, remote: broken } })
    expect(await rindle.cleanupOrphans({ live: true })).toMatchObject({
      ...nothing,
      objectsLate: 2,
      objectsDeleted: 1,
      errors: 1,
    })
    expect(await staged()).toEqual([there?.uploadKey])
  })
})
