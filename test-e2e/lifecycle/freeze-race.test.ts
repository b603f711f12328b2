import { type SignedRequest, silentLogger } from '@rindle/core'
import type { JobRequest } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { openDatabase } from '@rindle/prisma'
import { faultyStorage } from '@rindle/testing'
import { expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

/**
 * The unlucky order: both jobs have read the asset, then one copies its upload, records that and deletes it from
 * staging, and only when `onDeleted`, for which that job waits, lets the other go on does that begin to copy.
 */
function unluckyOrder(onDeleted = async (goOn: () => void): Promise<void> => goOn()) {
  const arrivals = new Map<string, PromiseWithResolvers<void>[]>()
  const deleted = new Map<string, PromiseWithResolvers<void>>()
  const deletion = (key: string) => {
    const known = deleted.get(key) ?? Promise.withResolvers<void>()
    deleted.set(key, known)
    return known
  }
  return async (point: string, [key = '']: readonly string[]): Promise<void> => {
    if (point === 'delete:after') await onDeleted(() => deletion(key).resolve())
    if (point !== 'copy:before') return
    const waiting = arrivals.get(key) ?? []
    arrivals.set(key, waiting)
    const own = Promise.withResolvers<void>()
    waiting.push(own)
    if (waiting.length === 1) return own.promise
    waiting[0]?.resolve()
    await deletion(key).promise
  }
}

type PhotoApplication = Application<typeof photoProfiles>

const send = ({ rindle }: PhotoApplication, { method, url, headers }: SignedRequest, bytes: Buffer) =>
  rindle.serveFile(new Request(url, { method, headers, body: new Uint8Array(bytes) }))

/** Uploads to staging; of no declared size, so that the URL takes other bytes as well. */
async function stage(application: PhotoApplication, bytes: Buffer) {
  const { rindle } = application
  const { session, request } = await rindle.presignedPut('photo', { filename: 'a.jpg', contentType: 'image/jpeg' })
  await send(application, request, bytes)
  return { request, id: (await rindle.verifyCompletion(session.id)).asset.id }
}

/** Works on these assets, with a second promote job for each. */
async function promoteTwice(application: PhotoApplication, ids: readonly string[]): Promise<void> {
  const database = openDatabase(application.databaseUrl)
  const jobs = pgBossJobs()
  jobs.connect({ database, logger: silentLogger })
  const again = (assetId: string): JobRequest => {
    return { queue: 'rindle_promote', key: `${assetId}-again`, payload: { assetId } }
  }
  await database.transaction(async (tx) => void (await jobs.enqueue(ids.map(again), tx)))
  await jobs.stop()
  await database.close()
  await application.work({ concurrency: { rindle_promote: 10 } })
}

it('two promote jobs over one staged upload keep it, whichever comes late', async () => {
  await using application = await startApplication({
    wrapStorage: (storage) => faultyStorage(storage, { onCall: unluckyOrder() }),
  })
  const picture = await quadrants(30, 30)
  const ids: string[] = []
  for (let round = 0; round < 5; round += 1) ids.push((await stage(application, picture)).id)
  await promoteTwice(application, ids)

  for (const id of ids) expect((await settled(application.rindle, id)).state).toBe('ready')
  const left: string[] = []
  for await (const { key } of application.storage.list('')) left.push(key)
  expect(left.filter((key) => key.includes('original-'))).toHaveLength(ids.length)
  expect(left.filter((key) => key.startsWith('staging/'))).toEqual([])
})

it('a promote job that finds other bytes in staging than another has taken from there refuses nothing', async () => {
  // All the rest is up to the late job: the first one waits.
  const lateAlone = async (goOn: () => void): Promise<void> => {
    await send(application, staged.request, await quadrants(40, 20))
    goOn()
    await settled(application.rindle, staged.id)
  }
  await using application = await startApplication({
    wrapStorage: (storage) => faultyStorage(storage, { onCall: unluckyOrder(lateAlone) }),
  })
  const staged = await stage(application, await quadrants(30, 30))
  await promoteTwice(application, [staged.id])
  expect(await settled(application.rindle, staged.id)).toMatchObject({ state: 'ready', width: 30, height: 30 })
})
