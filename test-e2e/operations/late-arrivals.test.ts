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
const nothing = {
  sessionsFound: 0,
  sessionsDeleted: 0,
  objectsDeleted: 0,
  objectsMissing: 0,
  objectsLate: 0,
  errors: 0,
}

describe('what comes to staging after its upload had ended', () => {
  /** Uploads that are complete and promoted, of which the client sends the file once more. */
  async function sentTwice(): Promise<UploadSession[]> {
    const { rindle } = uploads.application
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
    ...(await stagedIn(uploads.application.storage)),
    ...(await stagedIn(remote)),
  ]

  it('is counted, and goes when it is told live, with no session and no asset', async () => {
    const { rindle } = uploads.application
    const sessions = await sentTwice()
    expect(await staged()).toEqual(sessions.map(({ uploadKey }) => uploadKey))
    const before = [await snapshot(rindle, uploads.application.storage), await objectsIn(remote)]
    expect(await rindle.cleanupOrphans()).toMatchObject({ ...nothing, objectsLate: 2 })
    expect([await snapshot(rindle, uploads.application.storage), await objectsIn(remote)]).toEqual(before)
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
    const { rindle } = uploads.application
    const [open, complete, refused] = [await begin('local'), await begin('remote'), await begin('local')]
    for (const session of [open, complete, refused]) await arrive(session)
    await rindle.verifyCompletion(complete.id)
    await rindle.prisma.mediaUploadSession.update({ where: { id: refused.id }, data: { state: 'failed' } })
    const stray = 'staging/local/019a3b1c-7d2e-7f00-8000-000000000001/x.jpg'
    await uploads.application.storage.put(stray, Readable.from(['stray']), { contentType: 'image/jpeg' })
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
    const rindle = await deploy(uploads.application, profiles, {
      storages: { main: uploads.application.storage, remote: broken },
    })
    expect(await rindle.cleanupOrphans({ live: true })).toMatchObject({
      ...nothing,
      objectsLate: 2,
      objectsDeleted: 1,
      errors: 1,
    })
    expect(await staged()).toEqual([there?.uploadKey])
  })
})
