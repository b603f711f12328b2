import { type Asset, defineProfile } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { SLOTS } from '../support/slots.ts'
import { deploy, statesOf } from './deployment.ts'
import { objectsIn, snapshot } from './snapshot.ts'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    slots: SLOTS,
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    variants: { thumb: image.crop(8, 8), slow: image.fit(8, null, { format: 'avif' }) },
  }),
  plain: defineProfile({ storage: 'main', slots: SLOTS, accept: { types: ['image/*'], maxBytes: 1_000_000 } }),
}

let application: Application<typeof profiles>
let picture: Buffer
let lastOwner = 0

beforeAll(async () => {
  application = await startApplication({ profiles })
  picture = await quadrants(20, 20)
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets, pgboss.job cascade')
})

const upload = (profile: keyof typeof profiles): Promise<Asset> =>
  application.rindle.upload(profile, picture, { filename: 'a.jpg' })

async function ready(profile: keyof typeof profiles): Promise<Asset> {
  const workers = await application.work()
  const asset = await settled(application.rindle, (await upload(profile)).id)
  await workers.stop()
  return asset
}

async function age({ id }: Pick<Asset, 'id'>, days: number): Promise<void> {
  const { prisma } = application.rindle
  const at = new Date(Date.now() - days * 86_400_000)
  await prisma.mediaAsset.updateMany({ where: { id }, data: { updatedAt: at } })
  await prisma.mediaVariant.updateMany({ where: { assetId: id }, data: { updatedAt: at } })
}

/** Deletes the jobs, as if somebody had emptied their table. */
async function loseJobs(): Promise<void> {
  await application.rindle.prisma.$executeRawUnsafe('truncate pgboss.job')
}

async function jobs(queue: string): Promise<number> {
  const rows = await application.rindle.prisma.$queryRaw<unknown[]>`select 1 from pgboss.job where name = ${queue}`
  return rows.length
}

describe('assets that nobody attached', () => {
  const none = { found: 0, enqueued: 0, skipped: 0, errors: 0 }

  it('are purged after the grace period, with live', async () => {
    const { rindle } = application
    const [lone, young, attached] = [await upload('plain'), await upload('plain'), await upload('plain')]
    await rindle.attach(attached as Asset<'plain'>, { type: 'member', id: ++lastOwner }, 'avatar')
    await loseJobs()
    for (const asset of [lone, attached]) await age(asset, 8)
    await age(young, 6)
    const before = await snapshot(rindle, application.storage)
    expect(await rindle.purgeUnattached()).toMatchObject({ ...none, found: 1, dryRun: true })
    expect(await snapshot(rindle, application.storage)).toEqual(before)

    expect(await rindle.purgeUnattached({ live: true })).toMatchObject({ ...none, found: 1, enqueued: 1 })
    expect(await rindle.purgeUnattached({ live: true })).toMatchObject({ ...none, found: 1, skipped: 1 })
    const workers = await application.work({ queues: ['rindle_purge'] })
    await vi.waitFor(async () => expect(await rindle.asset(lone.id)).toBeNull(), { timeout: 10_000 })
    await workers.stop()
    expect(await objectsIn(application.storage, `plain/${lone.id}/`)).toEqual([])
    for (const { id } of [young, attached]) expect(await rindle.asset(id)).not.toBeNull()
  })

  it('stay when they are attached before the purge begins', async () => {
    const { rindle } = application
    const asset = await upload('plain')
    await loseJobs()
    await age(asset, 8)
    await rindle.purgeUnattached({ live: true })
    await rindle.attach(asset as Asset<'plain'>, { type: 'member', id: ++lastOwner }, 'avatar')
    const workers = await application.work({ queues: ['rindle_purge'] })
    await vi.waitFor(async () => expect(await jobs('rindle_purge')).toBe(0), { timeout: 10_000 })
    await workers.stop()
    expect((await rindle.asset(asset.id))?.state).toBe('validating')
  })

  it('stay while their upload is in flight, and go once it was aborted', async () => {
    const { rindle } = application
    const declared = { filename: 'a.jpg', contentType: 'image/jpeg' }
    const session = await rindle.initiateUpload('plain', declared)
    await age({ id: session.assetId }, 8)
    expect(await rindle.purgeUnattached()).toMatchObject(none)
    await rindle.prisma.mediaUploadSession.update({ where: { id: session.id }, data: { state: 'expired' } })
    expect(await rindle.purgeUnattached()).toMatchObject({ ...none, found: 1 })
  })

  it('are those of one profile, when one is named', async () => {
    const { rindle } = application
    for (const profile of ['plain', 'photo'] as const) await age(await upload(profile), 8)
    expect(await rindle.purgeUnattached({ profile: 'photo' })).toMatchObject({ found: 1 })
    expect(await rindle.purgeUnattached({ graceSeconds: 9 * 86_400 })).toMatchObject(none)
    await expect(rindle.purgeUnattached({ graceSeconds: -1 })).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

describe('work whose job is gone', () => {
  const none = { found: 0, enqueued: 0, errors: 0 }

  it('is enqueued again and comes to its end, wherever it stood', async () => {
    const { rindle } = application
    const [queued, taken, doomed] = [await ready('photo'), await ready('photo'), await ready('plain')]
    const promoting = await upload('photo')
    const { prisma } = rindle
    for (const { id } of [queued, taken]) {
      await prisma.mediaAsset.update({ where: { id }, data: { state: 'processing' } })
    }
    await prisma.mediaVariant.updateMany({ where: { assetId: queued.id }, data: { state: 'queued' } })
    await prisma.mediaVariant.updateMany({ where: { assetId: taken.id, name: 'thumb' }, data: { state: 'processing' } })
    await prisma.mediaAsset.update({ where: { id: doomed.id }, data: { state: 'deleted' } })
    await loseJobs()
    const assets = [promoting, queued, taken, doomed]

    expect(await rindle.recoverLostWork()).toMatchObject(none)
    for (const asset of assets) await age(asset, 1)
    const before = await snapshot(rindle, application.storage)
    expect(await rindle.recoverLostWork({ dryRun: true })).toMatchObject({ ...none, found: 5, dryRun: true })
    expect(await snapshot(rindle, application.storage)).toEqual(before)

    expect(await rindle.recoverLostWork()).toMatchObject({ ...none, found: 5, enqueued: 5 })
    expect([await jobs('rindle_promote'), await jobs('rindle_process'), await jobs('rindle_purge')]).toEqual([1, 3, 1])
    for (const asset of assets) await age(asset, 1)
    expect(await rindle.recoverLostWork()).toMatchObject(none)

    const workers = await application.work()
    for (const { id } of [promoting, queued, taken]) {
      expect(statesOf(await settled(rindle, id))).toEqual({ thumb: 'ready', slow: 'ready' })
    }
    await vi.waitFor(async () => expect(await rindle.asset(doomed.id)).toBeNull(), { timeout: 10_000 })
    await workers.stop()
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })

  it('is enqueued once by two at the same time', async () => {
    const { rindle } = application
    const other = await deploy(application, profiles)
    const assets = []
    for (let made = 0; made < 6; made += 1) assets.push(await upload('plain'))
    await loseJobs()
    for (const asset of assets) await age(asset, 1)
    await Promise.all([rindle.recoverLostWork(), other.recoverLostWork()])
    expect(await jobs('rindle_promote')).toBe(6)
  })
})

describe('old processing runs', () => {
  const old = new Date(Date.now() - 100 * 86_400_000)

  it('are deleted with live, those that never ended among them', async () => {
    const { rindle } = application
    const { prisma } = rindle
    await prisma.mediaProcessingRun.deleteMany()
    const run = (state: string, at: Date, isOpen = false) => ({
      id: crypto.randomUUID(),
      assetId: crypto.randomUUID(),
      worker: 'a:1',
      state,
      startedAt: at,
      finishedAt: isOpen ? null : at,
    })
    await prisma.mediaProcessingRun.createMany({
      data: [
        ...Array.from({ length: 2_500 }, () => run('succeeded', old)),
        run('failed', old),
        run('processing', old, true),
        run('succeeded', new Date()),
        run('processing', new Date(), true),
      ],
    })
    const before = await snapshot(rindle, application.storage)
    expect(await rindle.pruneRuns()).toEqual({ runsFound: 2_502, runsDeleted: 0, dryRun: true, interrupted: false })
    expect(await snapshot(rindle, application.storage)).toEqual(before)
    const stop = new AbortController()
    const first = await rindle.pruneRuns({ live: true, signal: stop.signal, onProgress: () => stop.abort() })
    expect(first).toMatchObject({ runsDeleted: 500, interrupted: true })
    expect(await rindle.pruneRuns({ live: true })).toMatchObject({ runsDeleted: 2_002, interrupted: false })
    expect(await prisma.mediaProcessingRun.count()).toBe(2)
    expect(await rindle.pruneRuns({ live: true, olderThanSeconds: 0 })).toMatchObject({ runsDeleted: 2 })
  })
})
