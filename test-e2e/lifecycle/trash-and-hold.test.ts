import { defineProfile, type Owner, type Rindle, type RindleError } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { quickProcessor } from '../model/quick-processor.ts'
import { objectsIn } from '../operations/snapshot.ts'
import { type Application, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

const HOUR = 3_600

const common = {
  storage: 'main',
  accept: { types: ['image/jpeg'], maxBytes: 100_000 },
  slots: { avatar: 'one', gallery: { many: true, max: 3 } },
  variants: { small: image.fit(4, null, { format: 'webp' }) },
} as const

const profiles = {
  kept: defineProfile({ ...common, purge: { afterSeconds: HOUR } }),
  plain: defineProfile(common),
}

let application: Application<typeof profiles>
let rindle: Rindle<typeof profiles>
let picture: Buffer
let lastOwner = 0
let owner: Owner

beforeAll(async () => {
  application = await startApplication({ profiles, processors: [quickProcessor()] })
  rindle = application.rindle
  picture = await quadrants(8, 8)
  await application.work()
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(() => {
  owner = { type: 'member', id: ++lastOwner }
})

async function ready<P extends keyof typeof profiles>(profile: P) {
  const { id } = await rindle.upload(profile, picture, { filename: 'a.jpg' })
  await until(id, 'ready')
  return rindle.narrow(await present(id), profile)
}

async function present(id: string) {
  const asset = await rindle.asset(id)
  if (asset === null) throw new Error(`There is no asset ${id}.`)
  return asset
}

function until(id: string, state: string | null): Promise<void> {
  return vi.waitFor(async () => expect((await rindle.asset(id))?.state ?? null).toBe(state), 20_000)
}

/** Waits until the objects of an asset in the trash have moved. */
function moved(id: string): Promise<void> {
  return vi.waitFor(async () => {
    const left = await rindle.prisma.mediaRelocation.count({ where: { assetId: id } })
    expect(left).toBe(0)
  }, 20_000)
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: RindleError) => error.code,
  )
}

async function held(ids: readonly string[]): Promise<readonly string[]> {
  return (await rindle.attachmentsFor([owner], ['avatar', 'gallery']))
    .map(({ assetId }) => assetId)
    .filter((id) => ids.includes(id))
}

async function statusOf(url: string | null): Promise<number> {
  return (await rindle.serveFile(new Request(url ?? ''))).status
}

/** The time in the trash is over. */
async function letPass(id: string): Promise<void> {
  await rindle.prisma.mediaAsset.update({ where: { id }, data: { purgeAt: new Date(Date.now() - 1_000) } })
}

async function violations() {
  return (await rindle.checkInvariants()).violations
}

describe('the trash', () => {
  test('a detached asset waits there: its URLs end, and restoring brings back its place and its variants', async () => {
    const [first, asset, last] = [await ready('kept'), await ready('kept'), await ready('kept')]
    for (const each of [first, asset, last]) await rindle.append(each, owner, 'gallery')
    const urls = [await rindle.url(asset), await rindle.variantUrl(asset, 'small')]
    expect(await Promise.all(urls.map(statusOf))).toEqual([200, 200])
    const before = await objectsIn(application.storage, `kept/${asset.id}/`)

    await rindle.detach(owner, 'gallery', { asset })
    await moved(asset.id)
    const trashed = await rindle.asset(asset.id)
    expect(trashed).toMatchObject({ state: 'trashed', trashedAt: expect.any(Date) })
    expect(Math.round((Number(trashed?.purgeAt) - Number(trashed?.trashedAt)) / 1_000)).toBe(HOUR)
    expect(await rindle.trashedAttachments(asset)).toMatchObject([{ slot: 'gallery', position: 1 }])
    expect(await Promise.all(urls.map(statusOf))).toEqual([404, 404])
    expect(await codeOf(rindle.url(await present(asset.id)))).toBe('not_deliverable')
    expect(await codeOf(rindle.attach(asset, owner, 'avatar'))).toBe('not_deliverable')
    const during = await objectsIn(application.storage, `kept/${asset.id}/`)
    expect(during).toHaveLength(2)
    expect(during.filter((key) => before.includes(key))).toEqual([])
    expect(await violations()).toEqual([])

    await rindle.scanOrphans({ live: true, graceSeconds: 0, force: true })
    expect(await rindle.restore(asset)).toEqual({ restored: 1, attached: 1, skipped: 0, replaced: 0, dryRun: false })
    expect(await held([first.id, asset.id, last.id])).toEqual([first.id, asset.id, last.id])
    expect(await rindle.asset(asset.id)).toMatchObject({ state: 'ready', trashedAt: null, purgeAt: null })
    const restored = await present(asset.id)
    expect(await statusOf(await rindle.url(restored))).toBe(200)
    expect(await statusOf(await rindle.variantUrl(restored, 'small'))).toBe(200)
    expect(await Promise.all(urls.map(statusOf))).toEqual([404, 404])
    expect(await rindle.restore(asset)).toMatchObject({ restored: 0 })
    expect(await violations()).toEqual([])
  })

  test('a replaced asset waits there, and a taken slot is refused, replaced or skipped', async () => {
    const [old, next] = [await ready('kept'), await ready('kept')]
    await rindle.attach(old, owner, 'avatar')
    await rindle.attach(next, owner, 'avatar')
    await until(old.id, 'trashed')
    expect(await codeOf(rindle.restore(old))).toBe('conflict')
    await until(old.id, 'trashed')
    expect(await rindle.restore(old, { whenTaken: 'skip', dryRun: true })).toMatchObject({ attached: 0, skipped: 1 })
    expect(await rindle.restore(old, { whenTaken: 'replace' })).toMatchObject({ attached: 1, replaced: 1 })
    expect(await held([old.id, next.id])).toEqual([old.id])
    await until(next.id, 'trashed')
    expect(await rindle.restore(next, { whenTaken: 'skip' })).toMatchObject({ attached: 0, skipped: 1 })
    expect(await held([old.id, next.id])).toEqual([old.id])
    await until(next.id, 'ready')
  })

  test('maintenance purges it when its time is over, with every object; without a trash it goes at once', async () => {
    const [asset, plain] = [await ready('kept'), await ready('plain')]
    await rindle.attach(asset, owner, 'avatar')
    await rindle.detach(owner, 'avatar')
    expect(await rindle.purgeTrashed()).toMatchObject({ found: 0 })
    await letPass(asset.id)
    expect(await rindle.purgeTrashed({ dryRun: true })).toMatchObject({ found: 1, enqueued: 0 })
    expect(await rindle.purgeTrashed({ profile: 'plain' })).toMatchObject({ found: 0 })
    expect(await rindle.purgeTrashed()).toMatchObject({ found: 1, enqueued: 1, held: 0 })
    expect(await codeOf(rindle.restore(asset))).toMatch(/invalid_transition|not_found/)
    await until(asset.id, null)
    expect(await objectsIn(application.storage, `kept/${asset.id}/`)).toEqual([])
    await rindle.attach(plain, owner, 'avatar')
    await rindle.detach(owner, 'avatar')
    await until(plain.id, null)
  })

  test('the verb takes an asset from all its holders, and erasure reads the trash', async () => {
    const other = { type: 'team', id: lastOwner }
    const [shared, own] = [await ready('plain'), await ready('plain')]
    await rindle.attach(shared, owner, 'avatar')
    await rindle.append(shared, other, 'gallery')
    await rindle.append(own, owner, 'gallery')
    expect(await rindle.trash(shared, { dryRun: true })).toMatchObject({ trashed: 1, detached: 2, dryRun: true })
    const report = await rindle.trash(shared)
    expect(report).toMatchObject({ trashed: 1, detached: 2 })
    expect(await rindle.trash(shared)).toEqual({ ...report, trashed: 0, detached: 0 })
    await rindle.trash(own, { afterSeconds: 0 })
    const foreseen = await rindle.previewOwnerErasure(owner)
    expect(foreseen).toMatchObject({ assetsToPurge: [own.id], retainedSharedAssets: [shared.id], blocked: [] })
    expect(foreseen.attachmentsToDetach).toHaveLength(2)
    expect(await rindle.eraseOwner(owner)).toEqual(foreseen)
    await until(own.id, null)
    expect(await rindle.trashedAttachments(shared)).toMatchObject([{ ownerType: 'team' }])
    expect(await rindle.restore(shared)).toMatchObject({ restored: 1, attached: 1 })
  })

  test('work that the trash stopped goes on when the asset is restored', async () => {
    const idle = await application.another({ processors: [] })
    const [{ id }, other] = [await rindle.upload('kept', picture, { filename: 'a.jpg' }), idle]
    await until(id, 'ready')
    await rindle.prisma.$executeRaw`update rindle.media_variants set state = 'queued', storage_key = null
      where asset_id = ${id}::uuid`
    await rindle.prisma.$executeRaw`update rindle.media_assets set state = 'processing' where id = ${id}::uuid`
    await other.trash({ id })
    expect((await rindle.asset(id))?.variants).toMatchObject([{ state: 'cancelled', errorReason: 'asset_trashed' }])
    await other.restore({ id })
    await until(id, 'ready')
  })
})

describe('a hold', () => {
  test('beats purge, replacement, the end of the trash, and eviction', async () => {
    const asset = await ready('plain')
    await rindle.hold(asset, { reason: 'case 7' })
    expect((await rindle.asset(asset.id))?.hold).toMatchObject({ reason: 'case 7', until: null })
    expect(await codeOf(rindle.purgeAsset(asset.id, { live: true }))).toBe('asset_held')
    await rindle.prisma.$executeRaw`update rindle.media_variants set on_demand = true,
      last_asked_at = now() - interval '90 days' where asset_id = ${asset.id}::uuid`
    expect(await rindle.evictVariants({ keepDays: 30, profile: 'plain' })).toMatchObject({ evicted: 0 })
    await rindle.purgeUnattached({ live: true, graceSeconds: 0 })
    await until(asset.id, 'ready')

    await rindle.attach(asset, owner, 'avatar')
    const next = await ready('plain')
    await rindle.attach(next, owner, 'avatar')
    // Its profile has no trash: the hold keeps it there.
    await until(asset.id, 'trashed')
    expect(await rindle.purgeTrashed()).toMatchObject({ held: 1, enqueued: 0 })
    expect(await rindle.unhold(asset)).toMatchObject({ reason: 'case 7' })
    expect(await rindle.unhold(asset)).toBeNull()
    expect(await rindle.purgeTrashed()).toMatchObject({ held: 0, enqueued: 1 })
    await until(asset.id, null)
  })

  test('blocks an erasure, which happens when the hold has ended', async () => {
    const asset = await ready('kept')
    await rindle.attach(asset, owner, 'avatar')
    await rindle.hold(asset, { reason: 'case 8', until: new Date(Date.now() + HOUR * 1_000) })
    const blocked = [{ assetId: asset.id, by: 'hold' }]
    expect(await rindle.previewOwnerErasure(owner)).toMatchObject({ assetsToPurge: [], blocked })
    expect(await rindle.eraseOwner(owner)).toMatchObject({ assetsToPurge: [], blocked })
    expect(await rindle.trashedAttachments(asset)).toEqual([])
    await until(asset.id, 'trashed')
    expect(await rindle.purgeTrashed()).toMatchObject({ held: 1 })
    await rindle.prisma.mediaHold.update({ where: { assetId: asset.id }, data: { until: new Date(0) } })
    expect((await rindle.asset(asset.id))?.hold).toBeNull()
    expect(await rindle.purgeTrashed()).toMatchObject({ enqueued: 1 })
    await until(asset.id, null)
  })

  test('that begins while a purge waits is in time, and one that comes later is refused', async () => {
    const asset = await ready('plain')
    await rindle.hold(asset, { reason: 'case 9' })
    await rindle.prisma.$executeRaw`insert into pgboss.job (name, singleton_key, data)
      values ('rindle_purge', ${asset.id}, jsonb_build_object('assetId', ${asset.id}::text, 'profile', 'plain'))`
    await vi.waitFor(async () => expect((await rindle.asset(asset.id))?.purgeAt).not.toBeNull(), 20_000)
    expect((await rindle.asset(asset.id))?.state).toBe('ready')
    await rindle.attach(asset, owner, 'avatar')
    expect((await rindle.asset(asset.id))?.purgeAt).toBeNull()
    await rindle.unhold(asset)
    await rindle.purgeAsset(asset.id, { live: true, detach: true })
    expect(await codeOf(rindle.hold(asset, { reason: 'late' }))).toMatch(/not_deliverable|not_found/)
    expect(await codeOf(rindle.hold(asset, { reason: '' }))).toBe('invalid_input')
  })
})
