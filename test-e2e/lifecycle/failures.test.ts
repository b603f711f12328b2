import { once } from 'node:events'
import { type Processor, RindleError, silentLogger } from '@rindle/core'
import type { ProcessRequest } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { faultyStorage } from '@rindle/testing'
import { afterEach, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'

let application: Application<typeof photoProfiles>
afterEach(async () => application[Symbol.asyncDispose]())

/** The real processor, with `before` run ahead of each piece of work. */
function processorWith(before: (request: ProcessRequest) => Promise<void>): Processor {
  const real = warmImageProcessor()
  return {
    ...real,
    name: real.name,
    capabilities: real.capabilities,
    probes: real.probes,
    start: (context) => real.start(context),
    stop: () => real.stop(),
    probe: (source, options) => real.probe(source, options),
    process: async (request) => {
      await before(request)
      await real.process(request)
    },
  }
}

/** Work that runs until it is aborted. */
async function aborted(signal: AbortSignal): Promise<never> {
  // A job may have been cancelled before its work began.
  if (!signal.aborted) await once(signal, 'abort')
  throw new Error('The work was stopped.')
}

const start = async (processor: Processor) => {
  application = await startApplication({
    processors: [processor],
    jobs: pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }),
  })
  return application
}

it('a transient failure is retried, and only the missing variants are made again', async () => {
  const made: string[][] = []
  const { rindle } = await start(
    processorWith(async ({ variants, onOutcome }) => {
      made.push(variants.map(({ name }) => name))
      if (made.length > 1) return
      await onOutcome({ name: 'thumb', error: new RindleError('processing_timeout', 'Too slow.') })
    }),
  )
  const uploaded = await rindle.upload('photo', await quadrants(90, 90), { filename: 'a.jpg' })
  await application.work({ queues: ['rindle_promote', 'rindle_process'], concurrency: { rindle_process: 1 } })
  const asset = await settled(rindle, uploaded.id)
  expect(asset.state).toBe('ready')
  expect(made.filter((names) => names.includes('thumb'))).toEqual([['small', 'thumb'], ['thumb']])
  expect(asset.variants.map(({ name, attempt }) => [name, attempt])).toEqual([
    ['modern', 1],
    ['small', 1],
    ['thumb', 2],
  ])
})

it('a failure that stays makes the variants failed after the last attempt, and the asset degraded', async () => {
  const attempts: number[] = []
  const { rindle } = await start(
    processorWith(async () => {
      attempts.push(1)
      throw new RindleError('processing_failed', 'It never works.')
    }),
  )
  const uploaded = await rindle.upload('photo', await quadrants(90, 90), { filename: 'a.jpg' })
  await application.work()
  const asset = await settled(rindle, uploaded.id, 60_000)
  expect(asset.state).toBe('degraded')
  expect(asset.variants.map(({ state, errorReason, attempt }) => [state, errorReason, attempt])).toEqual([
    ['failed', 'processing_failed', 5],
    ['failed', 'processing_failed', 5],
    ['failed', 'processing_failed', 5],
  ])
  expect(attempts).toHaveLength(10)
  const runs = await rindle.prisma.mediaProcessingRun.count({ where: { assetId: uploaded.id, state: 'failed' } })
  expect(runs).toBe(15)
  expect((await rindle.checkInvariants()).violations).toEqual([])
}, 90_000)

it('a promotion of an asset that is purged meanwhile reports no quarantine, and does not wait', async () => {
  const owner = { type: 'member', id: 1 }
  const isPurged = Promise.withResolvers<void>()
  const said: string[] = []
  const hear = (_fields: unknown, message: string): void => void said.push(message)
  application = await startApplication({
    logger: { ...silentLogger, warn: hear, error: hear },
    wrapStorage: (storage) =>
      faultyStorage(storage, {
        onCall: async (point) => {
          if (point !== 'get:before') return
          await rindle.detach(owner, 'avatar')
          await vi.waitFor(async () => expect(await rindle.asset(id)).toBeNull(), { timeout: 10_000 })
          isPurged.resolve()
          throw new RindleError('storage_object_missing', 'The object is gone.')
        },
      }),
  })
  const { rindle } = application
  const { id } = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg', owner, slot: 'avatar' })
  const workers = await application.work()
  await isPurged.promise
  // Waits for the running job.
  await workers.stop()
  expect(said.filter((message) => /quarantine|waits/.test(message))).toEqual([])
})

it('an original that has gone from storage fails its variants at once, by name', async () => {
  const { rindle, storage } = await start(warmImageProcessor())
  const uploaded = await rindle.upload('photo', await quadrants(90, 90), { filename: 'a.jpg' })
  const promoting = await application.work({ queues: ['rindle_promote'] })
  await vi.waitFor(async () => expect((await rindle.asset(uploaded.id))?.state).toBe('processing'), { timeout: 10_000 })
  await promoting.stop()
  await storage.delete(uploaded.storageKey)
  await application.work()
  const asset = await settled(rindle, uploaded.id)
  expect(asset).toMatchObject({ state: 'degraded' })
  expect(new Set(asset.variants.map(({ errorReason }) => errorReason))).toEqual(new Set(['original_missing']))
  const report = await rindle.checkInvariants()
  expect(report.violations).toMatchObject([{ class: 'original_missing', assetId: uploaded.id }])
})

it('cancelling stops waiting and running work, and says so when there is none', async () => {
  const reached = Promise.withResolvers<void>()
  const { rindle } = await start(
    processorWith(async ({ signal }) => {
      reached.resolve()
      await aborted(signal)
    }),
  )
  const uploaded = await rindle.upload('photo', await quadrants(90, 90), { filename: 'a.jpg' })
  await application.work()
  await reached.promise
  expect(await rindle.cancelProcessing(uploaded.id)).toEqual(['modern', 'small', 'thumb'])
  const asset = await settled(rindle, uploaded.id)
  expect(asset.state).toBe('degraded')
  expect(asset.variants.map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled'])
  await expect(rindle.cancelProcessing(uploaded.id)).rejects.toMatchObject({ code: 'not_processing' })
})

it('a stopping worker gives its work back, and another finishes it', async () => {
  const reached = Promise.withResolvers<void>()
  let blocked = true
  const { rindle } = await start(
    processorWith(async ({ signal }) => {
      if (!blocked) return
      reached.resolve()
      await aborted(signal)
    }),
  )
  const uploaded = await rindle.upload('photo', await quadrants(90, 90), { filename: 'a.jpg' })
  const workers = await application.work()
  await reached.promise
  blocked = false
  await workers.stop({ timeoutMs: 50 })
  expect((await rindle.checkInvariants()).violations).toEqual([])
  await application.work()
  expect((await settled(rindle, uploaded.id)).state).toBe('ready')
})

it('the invariant check names each thing that is wrong', async () => {
  const { rindle, storage } = await start(warmImageProcessor())
  await application.work()
  const ids: string[] = []
  for (let count = 0; count < 7; count += 1) {
    const uploaded = await rindle.upload('photo', await quadrants(30, 30), { filename: 'a.jpg' })
    ids.push((await settled(rindle, uploaded.id)).id)
  }
  const [lost = '', stuck = '', aggregate = '', missing = '', differs = '', deleted = '', open = ''] = ids
  const variantOf = async (assetId: string) =>
    rindle.prisma.mediaVariant.findFirstOrThrow({ where: { assetId, name: 'thumb' } })
  await rindle.prisma.mediaAsset.update({ where: { id: lost }, data: { state: 'analyzing' } })
  await rindle.prisma.mediaVariant.update({ where: { id: (await variantOf(stuck)).id }, data: { state: 'queued' } })
  await rindle.prisma.mediaAsset.update({ where: { id: stuck }, data: { state: 'processing' } })
  await rindle.prisma.mediaAsset.update({ where: { id: aggregate }, data: { state: 'degraded' } })
  await storage.delete((await variantOf(missing)).storageKey ?? '')
  await rindle.prisma.mediaVariant.update({ where: { id: (await variantOf(differs)).id }, data: { byteSize: 1 } })
  await rindle.attach({ id: deleted, profile: 'photo' }, { type: 'member', id: 1 }, 'avatar')
  await rindle.prisma.mediaAsset.update({ where: { id: deleted }, data: { state: 'deleted' } })
  await rindle.prisma.mediaUploadSession.updateMany({ where: { assetId: open }, data: { state: 'uploaded' } })
  const { session } = await rindle.presignedPut('photo', { filename: 'a.jpg', contentType: 'image/jpeg' })
  const completed = { state: 'completed', verifiedAt: new Date() }
  await rindle.prisma.mediaUploadSession.update({ where: { id: session.id }, data: completed })

  const report = await rindle.checkInvariants()

  expect(new Set(report.violations.map(({ class: violation, assetId }) => `${violation} ${assetId}`))).toEqual(
    new Set([
      `asset_without_job ${lost}`,
      `variant_without_job ${stuck}`,
      `wrong_aggregate ${aggregate}`,
      `ready_object_missing ${missing}`,
      `ready_object_differs ${differs}`,
      `deleted_but_attached ${deleted}`,
      `purge_without_job ${deleted}`,
      `session_disagrees ${open}`,
      `session_disagrees ${session.assetId}`,
    ]),
  )
  expect(await rindle.checkInvariants({ limit: 2 })).toMatchObject({ violationCount: 9, violations: [{}, {}] })
})

it('the invariant check reports in the order of the rows, in whatever order the storage answers', async () => {
  const { rindle, storage } = await start(warmImageProcessor())
  await application.work()
  const { id } = await rindle.upload('photo', await quadrants(40, 40), { filename: 'a.jpg' })
  const { variants } = await settled(rindle, id)
  const lost = variants.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  for (const { storageKey: key } of lost) await storage.delete(key ?? '')
  const lastIsAnswered = Promise.withResolvers<void>()
  const slow = faultyStorage(storage, {
    onCall: async (point, [key]) => {
      if (point === 'head:after' && key === lost.at(-1)?.storageKey) lastIsAnswered.resolve()
      if (point === 'head:before' && key === lost[0]?.storageKey) await lastIsAnswered.promise
    },
  })
  const { violations } = await (await application.another({ storages: { main: slow } })).checkInvariants()
  expect(violations.map(({ variantName }) => variantName)).toEqual(lost.map(({ name }) => name))
})
