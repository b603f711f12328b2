import type { AssetWithVariants } from '@rindle/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { photo, type photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { deploy, statesOf } from './deployment.ts'

let application: Application<typeof photoProfiles>

beforeAll(async () => {
  application = await startApplication()
})
afterAll(async () => application[Symbol.asyncDispose]())

/** An asset whose work was cancelled before it began: `modern`, `small` and `thumb` are cancelled. */
async function cancelledAsset(): Promise<AssetWithVariants> {
  const { rindle } = application
  const { id } = await rindle.upload('photo', await quadrants(40, 30), { filename: 'a.jpg' })
  const isProcessing = new Promise<void>((resolve) => {
    const off = rindle.on('rindle.asset.state_change', ({ metadata }) => {
      if (metadata.to !== 'processing') return
      off()
      resolve()
    })
  })
  const workers = await application.work({ queues: ['rindle_promote'] })
  await isProcessing
  await workers.stop()
  await rindle.cancelProcessing(id)
  return current(id)
}

async function current(id: string): Promise<AssetWithVariants> {
  const asset = await application.rindle.asset(id)
  if (asset === null) throw new Error(`Asset ${id} is gone.`)
  return asset
}

async function done(id: string): Promise<AssetWithVariants> {
  const workers = await application.work()
  const asset = await settled(application.rindle, id)
  await workers.stop()
  return asset
}

describe('requeueing', () => {
  it('enqueues failed and cancelled variants of one asset, which then become ready', async () => {
    const { rindle } = application
    const { id } = await cancelledAsset()
    await rindle.prisma.mediaVariant.updateMany({
      where: { assetId: id, name: 'thumb' },
      data: { state: 'failed', errorReason: 'processing_failed', attempt: 5, jobId: 'a job that died' },
    })
    expect(await rindle.requeueVariants(id)).toEqual({ selected: 3, enqueued: 3, skipped: 0, errors: 0, dryRun: false })
    const queued = await current(id)
    expect(queued.state).toBe('processing')
    // Without the job: when its death is handled only now, it must not take these with it.
    expect(queued.variants.map(({ state, errorReason, jobId }) => [state, errorReason, jobId])).toEqual([
      ['queued', null, null],
      ['queued', null, null],
      ['queued', null, null],
    ])
    const asset = await done(id)
    expect(asset.state).toBe('ready')
    expect(asset.variants.map(({ name, state, attempt }) => [name, state, attempt])).toEqual([
      ['modern', 'ready', 1],
      ['small', 'ready', 1],
      ['thumb', 'ready', 6],
    ])
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })

  it('can be repeated: waiting variants are skipped', async () => {
    const { rindle } = application
    const { id } = await cancelledAsset()
    const reports = await Promise.all([rindle.requeueVariants(id), rindle.requeueVariants(id)])
    expect(reports.map(({ selected }) => selected)).toEqual([3, 3])
    expect(reports.map(({ enqueued }) => enqueued).toSorted((a, b) => a - b)).toEqual([0, 3])
    expect(await rindle.requeueVariants(id)).toEqual({ selected: 3, enqueued: 0, skipped: 3, errors: 0, dryRun: false })
    expect((await done(id)).variants.map(({ attempt }) => attempt)).toEqual([1, 1, 1])
    expect(await rindle.requeueVariants(id)).toEqual({ selected: 0, enqueued: 0, skipped: 0, errors: 0, dryRun: false })
  })

  it('is for the named variants alone, when some are named', async () => {
    const { rindle } = application
    const { id } = await cancelledAsset()
    expect(await rindle.requeueVariants(id, { variants: ['thumb'] })).toMatchObject({ selected: 1, enqueued: 1 })
    expect(statesOf(await current(id))).toEqual({ modern: 'cancelled', small: 'cancelled', thumb: 'queued' })
    const asset = await done(id)
    expect(statesOf(asset)).toEqual({ modern: 'cancelled', small: 'cancelled', thumb: 'ready' })
    expect(asset.state).toBe('degraded')
    const ready = asset.variants[2]
    expect(await rindle.requeueVariants(id, { variants: ['thumb'] })).toMatchObject({ selected: 0, enqueued: 0 })
    expect((await current(id)).variants[2]).toEqual(ready)
  })

  it('makes a variant by the recipe that is declared now', async () => {
    const { id } = await cancelledAsset()
    const { thumb } = photo.variants
    const changed = { ...photo, variants: { ...photo.variants, small: thumb } }
    const rindle = await deploy(application, { photo: changed })
    await rindle.requeueVariants(id)
    const workers = await rindle.work()
    const asset = await settled(rindle, id)
    await workers.stop()
    expect(asset.variants[1]).toMatchObject({ name: 'small', width: 32, height: 32, recipeDigest: thumb.digest })
  })

  it('refuses an unknown asset, an unknown variant, and an asset without delivery', async () => {
    const { rindle } = application
    const { id } = await cancelledAsset()
    const unknown = '01900000-0000-7000-8000-000000000000'
    await expect(rindle.requeueVariants(unknown)).rejects.toMatchObject({ code: 'not_found' })
    await expect(rindle.requeueVariants('7')).rejects.toMatchObject({ code: 'not_found' })
    await expect(rindle.requeueVariants(id, { variants: ['thum' as 'thumb'] })).rejects.toMatchObject({
      code: 'unknown_variant',
    })
    expect(statesOf(await current(id))).toEqual({ modern: 'cancelled', small: 'cancelled', thumb: 'cancelled' })
    await rindle.prisma.mediaAsset.updateMany({ where: { id }, data: { state: 'quarantined' } })
    await expect(rindle.requeueVariants(id)).rejects.toMatchObject({ code: 'not_deliverable' })
  })

  it('is announced as a repair of one asset', async () => {
    const { rindle } = application
    const { id } = await cancelledAsset()
    const events: unknown[] = []
    rindle.on('rindle.repair.stop', ({ metadata, measurements }) => void events.push(metadata, measurements))
    await rindle.requeueVariants(id)
    expect(events).toEqual([
      { operation: 'requeue', scope: 'asset', result: 'ok', dry_run: false },
      { selected: 3, enqueued: 3, skipped: 0, errors: 0, durationUs: expect.any(Number) },
    ])
  })
})
