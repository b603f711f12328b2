import { type JobRequest, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { openDatabase } from '@rindle/prisma'
import { faultyStorage } from '@rindle/testing'
import { expect, it } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

/**
 * The unlucky order: both jobs have read the asset, then one copies its upload, records that and deletes it from
 * staging, and only then does the other begin to copy.
 */
function unluckyOrder() {
  const arrivals = new Map<string, PromiseWithResolvers<void>[]>()
  const deleted = new Map<string, PromiseWithResolvers<void>>()
  const deletion = (key: string) => {
    const known = deleted.get(key) ?? Promise.withResolvers<void>()
    deleted.set(key, known)
    return known
  }
  return async (point: string, [key = '']: readonly string[]): Promise<void> => {
    if (point === 'delete:after') deletion(key).resolve()
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

it('two promote jobs over one staged upload keep it, whichever comes late', async () => {
  await using application = await startApplication({
    wrapStorage: (storage) => faultyStorage(storage, { onCall: unluckyOrder() }),
  })
  const { rindle } = application
  const picture = await quadrants(30, 30)
  const ids: string[] = []
  for (let round = 0; round < 5; round += 1) {
    const declared = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: picture.byteLength }
    const { session, request } = await rindle.presignedPut('photo', declared)
    const { method, url, headers } = request
    await rindle.serveFile(new Request(url, { method, headers, body: new Uint8Array(picture) }))
    ids.push((await rindle.verifyCompletion(session.id)).asset.id)
  }
  const database = openDatabase(application.databaseUrl)
  const jobs = pgBossJobs()
  jobs.connect({ database, logger: silentLogger })
  const again = (assetId: string): JobRequest => {
    return { queue: 'rindle_promote', key: `${assetId}-again`, payload: { assetId } }
  }
  await database.transaction(async (tx) => void (await jobs.enqueue(ids.map(again), tx)))
  await application.work({ concurrency: { rindle_promote: 10 } })

  for (const id of ids) expect((await settled(rindle, id)).state).toBe('ready')
  const left: string[] = []
  for await (const { key } of application.storage.list('')) left.push(key)
  expect(left.filter((key) => key.includes('original-'))).toHaveLength(ids.length)
  expect(left.filter((key) => key.startsWith('staging/'))).toEqual([])
  await jobs.stop()
  await database.close()
})
