import { type Asset, defineProfile } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { SLOTS } from '../support/slots.ts'
import { objectsIn, snapshot } from './snapshot.ts'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    slots: SLOTS,
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    variants: { thumb: image.crop(8, 8) },
  }),
}
const ada = { type: 'member', id: 'ada' }
const ben = { type: 'member', id: 'ben' }
const UNKNOWN = '01900000-0000-7000-8000-000000000000'

let application: Application<typeof profiles>

beforeAll(async () => {
  application = await startApplication({ profiles })
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await application.rindle.prisma.$executeRawUnsafe(
    'truncate rindle.media_assets, rindle.media_attachments, pgboss.job cascade',
  )
})

async function ready(): Promise<Asset<'photo'>> {
  const { rindle } = application
  const workers = await rindle.work()
  const { id } = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg' })
  const asset = await settled(rindle, id)
  await workers.stop()
  return rindle.narrow(asset, 'photo')
}

async function purged(id: string): Promise<void> {
  const workers = await application.work({ queues: ['rindle_purge'] })
  await vi.waitFor(async () => expect(await application.rindle.asset(id)).toBeNull(), { timeout: 10_000 })
  await workers.stop()
}

describe('the purge of one asset', () => {
  it('deletes its objects and its rows, and can be repeated before and afterwards', async () => {
    const { rindle, storage } = application
    const { id } = await ready()
    expect(await objectsIn(storage, `photo/${id}/`)).toHaveLength(2)
    const report = { found: 1, detached: 0, enqueued: 1, skipped: 0, dryRun: false }
    expect(await rindle.purgeAsset(id, { live: true })).toEqual(report)
    expect(await rindle.purgeAsset(id, { live: true })).toEqual({ ...report, enqueued: 0, skipped: 1 })
    await purged(id)
    expect(await objectsIn(storage, `photo/${id}/`)).toEqual([])
    expect(await rindle.purgeAsset(id, { live: true })).toEqual({ ...report, found: 0, enqueued: 0 })
  })

  it('takes an asset in any state, also of an unfinished upload', async () => {
    const { rindle } = application
    const { assetId } = await rindle.initiateUpload('photo', { filename: 'a.jpg', contentType: 'image/jpeg' })
    expect(await rindle.purgeAsset(assetId, { live: true })).toMatchObject({ found: 1, enqueued: 1 })
    await purged(assetId)
    const refused = await ready()
    await rindle.prisma.mediaAsset.update({ where: { id: refused.id }, data: { state: 'quarantined' } })
    expect(await rindle.purgeAsset(refused.id, { live: true })).toMatchObject({ found: 1, enqueued: 1 })
    await purged(refused.id)
  })

  it('is refused, live and dry, while it is attached, and names the owners', async () => {
    const { rindle, storage } = application
    const asset = await ready()
    await rindle.attach(asset, ada, 'avatar')
    await rindle.attach(asset, ben, 'cover')
    const before = await snapshot(rindle, storage)
    for (const live of [true, false]) {
      await expect(rindle.purgeAsset(asset.id, { live })).rejects.toMatchObject({
        code: 'conflict',
        retryable: false,
        message: `Asset ${asset.id} is attached to member:ada (avatar), member:ben (cover). Detach it first, or use the option detach.`,
        details: { attachments: 2 },
      })
    }
    expect(await snapshot(rindle, storage)).toEqual(before)
  })

  it('detaches it from all its owners on request, and from none in a dry run', async () => {
    const { rindle, storage } = application
    const [asset, other] = [await ready(), await ready()]
    await rindle.attach(asset, ada, 'avatar')
    await rindle.append(asset, ben, 'gallery')
    await rindle.append(other, ben, 'gallery')
    const before = await snapshot(rindle, storage)
    expect(await rindle.purgeAsset(asset.id, { detach: true })).toMatchObject({ found: 1, detached: 2, enqueued: 0 })
    expect(await snapshot(rindle, storage)).toEqual(before)
    expect(await rindle.purgeAsset(asset.id, { detach: true, live: true })).toMatchObject({ detached: 2, enqueued: 1 })
    expect(await rindle.attachmentFor(ada, 'avatar')).toBeNull()
    expect(await rindle.attachmentsFor([ben], ['gallery'])).toMatchObject([{ assetId: other.id }])
    await purged(asset.id)
    expect(await rindle.asset(other.id)).toMatchObject({ state: 'ready' })
  })

  it('ends delivery and attaching at once, before its job has begun', async () => {
    const { rindle } = application
    const asset = await ready()
    await rindle.purgeAsset(asset.id, { live: true })
    const deleted = rindle.narrow((await rindle.asset(asset.id)) ?? asset, 'photo')
    expect(deleted.state).toBe('deleted')
    await expect(rindle.url(deleted)).rejects.toMatchObject({ code: 'not_deliverable' })
    await expect(rindle.attach(asset, ada, 'avatar')).rejects.toMatchObject({ code: 'not_deliverable' })
    await purged(asset.id)
  })

  it('refuses an unknown id', async () => {
    const { rindle } = application
    for (const id of [UNKNOWN, 'me.jpg']) {
      await expect(rindle.purgeAsset(id, { live: true })).rejects.toMatchObject({ code: 'not_found' })
    }
  })

  it('is announced as a repair of one asset', async () => {
    const { rindle } = application
    const { id } = await ready()
    const events: unknown[] = []
    rindle.on('rindle.repair.stop', ({ metadata }) => void events.push(metadata))
    await rindle.purgeAsset(id)
    expect(events).toEqual([{ operation: 'purge_asset', scope: 'asset', result: 'ok', dry_run: true }])
  })
})
