import { type AssetWithVariants, defineProfile, type Recipe, type RindleEvent } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { faultyStorage } from '@rindle/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { SLOTS } from '../support/slots.ts'
import { deploy, madeOf, statesOf } from './deployment.ts'
import { objectsIn, snapshot } from './snapshot.ts'

const withVariants = <V extends Readonly<Record<string, 'image'>>>(
  variants: { readonly [N in keyof V]: Recipe<V[N]> },
) =>
  defineProfile({
    storage: 'main',
    slots: SLOTS,
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    delivery: { staleMode: 'serve_stale' },
    variants,
  })

const thumb = image.crop(8, 8, { format: 'webp' })
const small = image.fit(16, null, { format: 'jpeg' })
const profiles = { photo: withVariants({ thumb, small }), other: withVariants({ thumb }) }

let application: Application<typeof profiles>

beforeAll(async () => {
  application = await startApplication({ profiles })
})
afterAll(async () => application[Symbol.asyncDispose]())

/** Uploads pictures and waits until they are ready; no worker runs afterwards. */
async function readyPhotos(count: number, profile: keyof typeof profiles = 'photo'): Promise<AssetWithVariants[]> {
  const { rindle } = application
  const workers = await application.work()
  const picture = await quadrants(40, 30)
  const ids: string[] = []
  for (let made = 0; made < count; made += 1) {
    ids.push((await rindle.upload(profile, picture, { filename: 'a.jpg' })).id)
  }
  const assets: AssetWithVariants[] = []
  for (const id of ids) assets.push(await settled(rindle, id))
  await workers.stop()
  return assets
}

async function currentOf(assets: readonly AssetWithVariants[]): Promise<AssetWithVariants[]> {
  const current = await Promise.all(assets.map(({ id }) => application.rindle.asset(id)))
  return current.flatMap((asset) => asset ?? [])
}

async function objectsOf(assets: readonly AssetWithVariants[]): Promise<readonly string[]> {
  const lists = assets.map(({ profile, id }) => objectsIn(application.storage, `${profile}/${id}/`))
  return (await Promise.all(lists)).flat()
}

/** Workers look for jobs that became due often enough for a test. */
const quickJobs = () => pgBossJobs({ pollingIntervalSeconds: 0.5 })

const execute = (sql: string): Promise<number> => application.rindle.prisma.$executeRawUnsafe(sql)

beforeEach(async () => {
  // Each test looks at its own assets alone.
  await execute('truncate rindle.media_assets, pgboss.job cascade')
})

const nothing = {
  enqueued: 0,
  skipped: 0,
  errors: 0,
  markedStale: 0,
  planned: 0,
  purged: 0,
  undeclared: [],
  dryRun: false,
  interrupted: false,
}

describe('a recipe that was changed', () => {
  const changed = { ...profiles, photo: withVariants({ thumb: image.crop(12, 8, { format: 'webp' }), small }) }

  it('has exactly its variants made again; nothing else is touched', async () => {
    const photos = await readyPhotos(3)
    const others = await readyPhotos(2, 'other')
    const rindle = await deploy(application, changed)
    const report = await rindle.regenerateVariants()
    expect(report).toMatchObject({ ...nothing, enqueued: 3, markedStale: 3 })
    for (const asset of await currentOf(photos)) {
      expect(statesOf(asset)).toEqual({ thumb: 'queued', small: 'ready' })
      expect(asset.state).toBe('processing')
    }
    expect((await currentOf(others)).map(madeOf)).toEqual(others.map(madeOf))

    const workers = await rindle.work()
    for (const { id, variants } of photos) {
      const asset = await settled(rindle, id)
      expect(asset.state).toBe('ready')
      const [, old] = variants
      const [kept, made] = asset.variants
      expect(kept).toEqual(variants[0])
      expect(made).toMatchObject({ name: 'thumb', width: 12, recipeDigest: changed.photo.variants.thumb.digest })
      expect(made?.storageKey).not.toBe(old?.storageKey)
    }
    await workers.stop()
    expect(await rindle.regenerateVariants()).toMatchObject(nothing)
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })

  it('is served from the old object until the new one is there, and the old one is gone after', async () => {
    const [photo] = await readyPhotos(1)
    if (photo === undefined) throw new Error('There is no photo.')
    const oldKey = photo.variants.find(({ name }) => name === 'thumb')?.storageKey ?? ''
    const storing = Promise.withResolvers<void>()
    const mayStore = Promise.withResolvers<void>()
    const slow = faultyStorage(application.storage, {
      onCall: async (point) => {
        if (point !== 'put:before') return
        storing.resolve()
        await mayStore.promise
      },
    })
    const delivery = { expiresInSeconds: 60, maxExpiresInSeconds: 120 }
    const rindle = await deploy(application, changed, { storages: { main: slow }, delivery, jobs: quickJobs() })
    const seen = new Set<string>()
    const fetchUrl = async (url: string | null): Promise<number> => {
      const response = await rindle.serveFile(new Request(url ?? ''))
      return response.status === 200 ? (await response.arrayBuffer()).byteLength : 0
    }
    const thumbUrl = async (): Promise<string | null> => {
      const asset = await rindle.asset(photo.id)
      if (asset === null) throw new Error('The asset is gone.')
      seen.add(asset.variants.find(({ name }) => name === 'thumb')?.state ?? '')
      return rindle.variantUrl(rindle.narrow(asset, 'photo'), 'thumb')
    }
    const fetchThumb = async (): Promise<number> => fetchUrl(await thumbUrl())
    const oldSize = await fetchThumb()
    expect(oldSize).toBeGreaterThan(0)

    await rindle.regenerateVariants()
    expect(await fetchThumb()).toBe(oldSize)
    const workers = await rindle.work()
    await storing.promise
    expect(await fetchThumb()).toBe(oldSize)
    const issuedBefore = await thumbUrl()
    mayStore.resolve()
    await settled(rindle, photo.id)
    expect(await fetchUrl(issuedBefore)).toBe(oldSize)
    expect(await fetchThumb()).toBeGreaterThan(0)
    expect(await fetchThumb()).not.toBe(oldSize)
    // The job that deletes the object knows it, so it is not an orphan.
    const scan = { live: true, graceSeconds: 0, prefix: `photo/${photo.id}/` }
    expect(await rindle.scanOrphans(scan)).toMatchObject({ scanned: 4, matched: 0 })
    expect(await application.storage.head(oldKey)).toBeDefined()
    const isGone = async (): Promise<void> => {
      // As if its last URL had expired.
      await execute(`update rindle.media_variants set generated_at = now() - interval '1 day'`)
      await execute(`update pgboss.job set start_after = now() where name = 'rindle_purge' and state = 'created'`)
      expect(await application.storage.head(oldKey)).toBeUndefined()
    }
    await vi.waitFor(isGone, { timeout: 10_000, interval: 20 })
    expect([...seen]).toEqual(['ready', 'queued', 'processing'])
    await workers.stop()
  })

  it('is counted and left alone by a dry run', async () => {
    await readyPhotos(2)
    const rindle = await deploy(application, changed)
    const before = await snapshot(rindle, application.storage)
    const report = await rindle.regenerateVariants({ dryRun: true, prune: true })
    expect(report).toMatchObject({ ...nothing, enqueued: 2, markedStale: 2, dryRun: true })
    expect(await snapshot(rindle, application.storage)).toEqual(before)
  })

  it('is made again for one asset alone, where only that one is meant', async () => {
    const [photo] = await readyPhotos(2)
    const rindle = await deploy(application, changed)
    expect(await rindle.regenerateVariants({ assetId: photo?.id ?? '' })).toMatchObject({ enqueued: 1 })
    expect(await rindle.regenerateVariants({ dryRun: true })).toMatchObject({ enqueued: 1, skipped: 1 })
    await expect(rindle.regenerateVariants({ assetId: 'x' })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is enqueued once by two runs at the same time, and skipped by a third', async () => {
    await readyPhotos(5)
    const [one, two] = [await deploy(application, changed), await deploy(application, changed)]
    const reports = await Promise.all([one.regenerateVariants(), two.regenerateVariants()])
    expect(reports.reduce((sum, { enqueued }) => sum + enqueued, 0)).toBe(5)
    expect(await one.regenerateVariants()).toMatchObject({ ...nothing, skipped: 5 })
    const jobs = await one.prisma.$queryRaw`select 1 from pgboss.job where name = 'rindle_process'`
    expect(jobs).toHaveLength(5)
  })

  it('comes to an end beside workers, however often it is run', async () => {
    const photos = await readyPhotos(8)
    const rindle = await deploy(application, changed)
    const workers = await rindle.work()
    await Promise.all([rindle.regenerateVariants(), rindle.regenerateVariants(), rindle.regenerateVariants()])
    for (const { id } of photos) {
      const asset = await settled(rindle, id)
      expect(statesOf(asset)).toEqual({ thumb: 'ready', small: 'ready' })
      // One attempt for the first recipe and one for the second: nothing was made twice.
      expect(asset.variants.map(({ name, attempt }) => [name, attempt])).toEqual([
        ['small', 1],
        ['thumb', 2],
      ])
    }
    await workers.stop()
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })

  it('is announced for every variant after its commit, and as one repair', async () => {
    await readyPhotos(1)
    const rindle = await deploy(application, changed)
    const events: unknown[] = []
    rindle.on('rindle.repair.start', ({ name, metadata }) => void events.push([name, metadata]))
    rindle.on('rindle.variant.state_change', ({ metadata }: RindleEvent<'rindle.variant.state_change'>) => {
      events.push(`${metadata.from} → ${metadata.to}`)
    })
    rindle.on('rindle.repair.stop', ({ name, metadata, measurements }) => {
      events.push([name, metadata, measurements['enqueued']])
    })
    const facts = { operation: 'regenerate_variants', scope: 'profile', dry_run: false }
    await rindle.regenerateVariants({ profile: 'photo' })
    expect(events).toEqual([
      ['rindle.repair.start', facts],
      'ready → stale',
      'stale → queued',
      ['rindle.repair.stop', { ...facts, result: 'ok' }, 1],
    ])
  })

  it('is interrupted between two pages of work, and continues after them', async () => {
    const photos = await readyPhotos(6)
    const rindle = await deploy(application, changed)
    const stop = new AbortController()
    let enqueued = 0
    rindle.on('rindle.variant.state_change', ({ metadata }) => {
      if (metadata.to === 'queued' && ++enqueued === 2) stop.abort()
    })
    const first = await rindle.regenerateVariants({ signal: stop.signal, concurrency: 1 })
    expect(first).toMatchObject({ ...nothing, enqueued: 2, markedStale: 2, interrupted: true, lastId: null })
    expect(await rindle.regenerateVariants()).toMatchObject({ ...nothing, enqueued: 4, markedStale: 4, skipped: 2 })
    const last = photos.at(-1)?.id ?? ''
    expect(await rindle.regenerateVariants({ after: last })).toMatchObject({ ...nothing, lastId: last })
  })

  it('counts an asset that fails, and does the rest', async () => {
    const photos = await readyPhotos(3)
    const { prisma } = application.rindle
    const doomed = photos[1]?.id ?? ''
    await prisma.$executeRawUnsafe(`create function rindle.refuse() returns trigger language plpgsql as
      $$ begin raise exception 'This row is not to be changed.'; end $$`)
    await prisma.$executeRawUnsafe(`create trigger refuse before update on rindle.media_variants
      for each row when (old.asset_id = '${doomed}') execute function rindle.refuse()`)
    const rindle = await deploy(application, changed)
    const results: unknown[] = []
    rindle.on('rindle.repair.stop', ({ metadata }) => void results.push(metadata.result))
    expect(await rindle.regenerateVariants()).toMatchObject({ ...nothing, enqueued: 2, markedStale: 2, errors: 1 })
    expect(results).toEqual(['errors'])
    await prisma.$executeRawUnsafe('drop function rindle.refuse() cascade')
    expect(await rindle.regenerateVariants()).toMatchObject({ ...nothing, enqueued: 1, markedStale: 1, skipped: 2 })
  })
})

describe('a variant that was added to a profile', () => {
  const added = { ...profiles, photo: withVariants({ thumb, small, wide: image.fit(20) }) }

  it('is made for the assets that are there already', async () => {
    const photos = await readyPhotos(2)
    const rindle = await deploy(application, added)
    expect(await rindle.regenerateVariants()).toMatchObject({ ...nothing, enqueued: 2, planned: 2 })
    expect(await rindle.regenerateVariants()).toMatchObject({ ...nothing, skipped: 2 })
    const workers = await rindle.work()
    for (const { id } of photos) {
      expect(statesOf(await settled(rindle, id))).toEqual({ thumb: 'ready', small: 'ready', wide: 'ready' })
    }
    await workers.stop()
  })

  it('is left out when another one is asked for', async () => {
    await readyPhotos(1)
    const rindle = await deploy(application, added)
    expect(await rindle.regenerateVariants({ variant: 'thumb' })).toMatchObject(nothing)
    expect(await rindle.regenerateVariants({ profile: 'other' })).toMatchObject(nothing)
    expect(await rindle.regenerateVariants({ variant: 'wide' })).toMatchObject({ ...nothing, enqueued: 1, planned: 1 })
  })
})

describe('a variant that was removed from a profile', () => {
  const removed = { ...profiles, photo: withVariants({ thumb }) }
  const undeclared = [{ profile: 'photo', variant: 'small', count: 2 }]

  it('is reported, and purged with its object on request only', async () => {
    const photos = await readyPhotos(2)
    const rindle = await deploy(application, removed)
    expect(await rindle.regenerateVariants()).toMatchObject({ ...nothing, undeclared })
    expect((await currentOf(photos)).map(madeOf)).toEqual(photos.map(madeOf))

    expect(await rindle.regenerateVariants({ prune: true, dryRun: true })).toMatchObject({ purged: 2, dryRun: true })
    expect(await objectsOf(photos)).toHaveLength(6)
    expect(await rindle.regenerateVariants({ prune: true })).toMatchObject({ ...nothing, purged: 2, undeclared })
    expect(await rindle.regenerateVariants({ prune: true })).toMatchObject(nothing)
    for (const asset of await currentOf(photos)) {
      expect(statesOf(asset)).toEqual({ thumb: 'ready', small: 'purged' })
      expect(asset).toMatchObject({ state: 'ready', variants: [{ name: 'small', storageKey: null }, {}] })
    }
    const left = await objectsOf(photos)
    expect(left.filter((key) => key.includes('/small-'))).toEqual([])
    expect(left).toHaveLength(4)
  })

  it('is purged to its end by the next run when a run could not delete its object', async () => {
    const photos = await readyPhotos(1)
    let isBroken = true
    const broken = faultyStorage(application.storage, {
      onCall: (point) => {
        if (point === 'delete:before' && isBroken) throw new Error('The storage is away.')
      },
    })
    const rindle = await deploy(application, removed, { storages: { main: broken } })
    expect(await rindle.regenerateVariants({ prune: true })).toMatchObject({ errors: 1 })
    isBroken = false
    expect(await rindle.regenerateVariants({ prune: true })).toMatchObject({ errors: 0 })
    expect(await objectsOf(photos)).toHaveLength(2)
    expect((await rindle.asset(photos[0]?.id ?? ''))?.variants).toMatchObject([{ name: 'small', storageKey: null }, {}])
  })

  it('is made again when it is declared again', async () => {
    const [photo] = await readyPhotos(1)
    const without = await deploy(application, removed)
    await without.regenerateVariants({ prune: true })
    const { rindle } = application
    expect(await rindle.regenerateVariants()).toMatchObject({ ...nothing, enqueued: 1, planned: 1 })
    const workers = await rindle.work()
    const asset = await settled(rindle, photo?.id ?? '')
    await workers.stop()
    expect(statesOf(asset)).toEqual({ thumb: 'ready', small: 'ready' })
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })
})

describe('regeneration', () => {
  it('leaves failed and cancelled variants to requeueing', async () => {
    const [photo] = await readyPhotos(1)
    const { rindle } = application
    await rindle.prisma.mediaVariant.updateMany({ where: { name: 'thumb' }, data: { state: 'failed' } })
    await rindle.prisma.mediaVariant.updateMany({ where: { name: 'small' }, data: { state: 'cancelled' } })
    const changed = {
      ...profiles,
      photo: withVariants({ thumb: image.crop(9, 8, { format: 'webp' }), small: image.fit(9) }),
    }
    expect(await (await deploy(application, changed)).regenerateVariants()).toMatchObject(nothing)
    expect(statesOf((await rindle.asset(photo?.id ?? '')) ?? { variants: [] })).toEqual({
      thumb: 'failed',
      small: 'cancelled',
    })
  })

  it('looks at no asset that is not deliverable', async () => {
    const [photo] = await readyPhotos(1)
    const { rindle } = application
    await rindle.prisma.mediaVariant.updateMany({ data: { state: 'stale' } })
    await rindle.prisma.mediaAsset.updateMany({ where: { id: photo?.id ?? '' }, data: { state: 'quarantined' } })
    expect(await rindle.regenerateVariants()).toMatchObject(nothing)
  })

  it('refuses profiles and variants that do not exist, and cursors that are none', async () => {
    const { rindle } = application
    const failures: unknown[] = []
    rindle.on('rindle.repair.exception', ({ metadata }) => void failures.push(metadata.result))
    await expect(rindle.regenerateVariants({ profile: 'foto' as 'photo' })).rejects.toMatchObject({
      code: 'unknown_profile',
    })
    await expect(rindle.regenerateVariants({ variant: 'thum' })).rejects.toMatchObject({ code: 'unknown_variant' })
    await expect(rindle.regenerateVariants({ after: '7' })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(rindle.regenerateVariants({ concurrency: 0 })).rejects.toMatchObject({ code: 'invalid_input' })
    expect(failures).toEqual(['unknown_profile', 'unknown_variant', 'invalid_input', 'invalid_input'])
  })
})
