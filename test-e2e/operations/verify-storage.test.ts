import { createHash } from 'node:crypto'
import { readFile, rename, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type AssetWithVariants,
  defineProfile,
  RindleError,
  type RindleEvent,
  type StorageAdapter,
  silentLogger,
  type Variant,
} from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { faultyStorage } from '@rindle/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { deploy, statesOf } from './deployment.ts'
import { snapshot } from './snapshot.ts'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    delivery: { staleMode: 'serve_stale' },
    variants: { thumb: image.crop(8, 8, { format: 'webp' }), small: image.fit(16) },
  }),
}
const nothing = {
  checked: 0,
  present: 0,
  missing: 0,
  fsmBlocked: 0,
  errors: 0,
  originalsLost: 0,
  originalsDamaged: 0,
  originalsHealed: 0,
  lostOriginals: [],
  damagedOriginals: [],
  stopped: [],
}

let application: Application<typeof profiles>

beforeAll(async () => {
  application = await startApplication({ profiles })
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  // Each test looks at its own assets alone.
  await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets, pgboss.job cascade')
})

async function readyPhotos(count: number): Promise<AssetWithVariants[]> {
  const { rindle } = application
  const workers = await application.work()
  const assets: AssetWithVariants[] = []
  for (let made = 0; made < count; made += 1) {
    const { id } = await rindle.upload('photo', await quadrants(40, 30 + made), { filename: 'a.jpg' })
    assets.push(await settled(rindle, id))
  }
  await workers.stop()
  return assets
}

async function current(assetId: string): Promise<AssetWithVariants> {
  const asset = await application.rindle.asset(assetId)
  if (asset === null) throw new Error(`Asset ${assetId} is gone.`)
  return asset
}

const pathOf = ({ storageKey }: { readonly storageKey: string | null }): string =>
  join(application.directory, 'storage', storageKey ?? '')

async function checksumOf(variant: Variant): Promise<string> {
  return createHash('sha256')
    .update(await readFile(pathOf(variant)))
    .digest('hex')
}

function variantOf(asset: AssetWithVariants | undefined, name: string): Variant {
  const variant = asset?.variants.find((candidate) => candidate.name === name)
  if (variant === undefined) throw new Error(`There is no variant ${name}.`)
  return variant
}

/** As many more assets, which differ from one only by their ids and keys. */
async function repeatAsset(assetId: string, count: number): Promise<void> {
  await application.rindle.prisma.$executeRawUnsafe(
    `insert into rindle.media_assets
     select (jsonb_populate_record(asset, jsonb_build_object('id', gen_random_uuid(), 'storage_key', 'photo/' || n))).*
     from rindle.media_assets as asset, generate_series(1, ${count}) as n where asset.id = '${assetId}'`,
  )
}

describe('objects that were deleted behind our back', () => {
  it('are found exactly, and regeneration brings them back with the same bytes', async () => {
    const photos = await readyPhotos(4)
    // The larger one alone, the smaller one alone, and both.
    const lost = [
      variantOf(photos[0], 'small'),
      variantOf(photos[1], 'thumb'),
      variantOf(photos[2], 'small'),
      variantOf(photos[2], 'thumb'),
    ]
    const checksums = await Promise.all(lost.map(checksumOf))
    for (const variant of lost) await rm(pathOf(variant))
    const { rindle } = application

    expect(await rindle.verifyStorage()).toMatchObject({ ...nothing, checked: 8, present: 4, missing: 4 })
    const states = (await Promise.all(photos.map(({ id }) => current(id)))).map(statesOf)
    expect(states).toEqual([
      { small: 'missing', thumb: 'ready' },
      { small: 'ready', thumb: 'missing' },
      { small: 'missing', thumb: 'missing' },
      { small: 'ready', thumb: 'ready' },
    ])
    expect(await rindle.verifyStorage()).toMatchObject({ ...nothing, checked: 8, present: 4, missing: 4 })

    expect(await rindle.regenerateVariants()).toMatchObject({ enqueued: 4, markedStale: 0, errors: 0 })
    const workers = await rindle.work()
    for (const { id } of photos) expect((await settled(rindle, id)).state).toBe('ready')
    await workers.stop()
    expect(await Promise.all(lost.map(checksumOf))).toEqual(checksums)
    expect(await rindle.verifyStorage()).toMatchObject({ ...nothing, checked: 8, present: 8 })
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })

  it('are not served while they are made again, although stale ones would be', async () => {
    const [photo] = await readyPhotos(1)
    const { rindle } = application
    await rm(pathOf(variantOf(photo, 'thumb')))
    const served = async (): Promise<string | null> => {
      const asset = rindle.narrow(await current(photo?.id ?? ''), 'photo')
      return rindle.variantUrl(asset, 'thumb', { onNotReady: 'placeholder' })
    }
    await rindle.verifyStorage()
    expect(await served()).toBeNull()
    await rindle.regenerateVariants()
    expect(variantOf(await current(photo?.id ?? ''), 'thumb')).toMatchObject({ state: 'queued', storageKey: null })
    expect(await served()).toBeNull()
  })

  it('are ready again when they are found again', async () => {
    const [photo] = await readyPhotos(1)
    const thumb = variantOf(photo, 'thumb')
    await rename(pathOf(thumb), `${pathOf(thumb)}.away`)
    await application.rindle.verifyStorage()
    await rename(`${pathOf(thumb)}.away`, pathOf(thumb))
    expect(await application.rindle.verifyStorage()).toMatchObject({ ...nothing, checked: 2, present: 2 })
    expect(variantOf(await current(photo?.id ?? ''), 'thumb')).toMatchObject({ ...thumb, updatedAt: expect.any(Date) })
  })

  it('are as good as gone when they have lost some of their bytes', async () => {
    const [photo] = await readyPhotos(1)
    await truncate(pathOf(variantOf(photo, 'thumb')), 10)
    expect(await application.rindle.verifyStorage()).toMatchObject({ ...nothing, checked: 2, present: 1, missing: 1 })
    expect(await application.rindle.verifyStorage()).toMatchObject({ ...nothing, checked: 2, present: 1, missing: 1 })
  })

  it('of failed variants are reported, and their rows are left as they are', async () => {
    const [photo] = await readyPhotos(1)
    const { rindle } = application
    const thumb = variantOf(photo, 'thumb')
    await rindle.prisma.mediaVariant.update({ where: { id: thumb.id }, data: { state: 'failed' } })
    expect(await rindle.verifyStorage()).toMatchObject({ ...nothing, checked: 2, present: 2 })
    await rm(pathOf(thumb))
    expect(await rindle.verifyStorage()).toMatchObject({ ...nothing, checked: 2, present: 1, fsmBlocked: 1 })
    expect(variantOf(await current(photo?.id ?? ''), 'thumb').state).toBe('failed')
  })

  it('of stale variants become missing; queued, cancelled or purged ones are skipped', async () => {
    const [photo] = await readyPhotos(1)
    const { rindle } = application
    const [small, thumb] = [variantOf(photo, 'small'), variantOf(photo, 'thumb')]
    await rindle.prisma.mediaVariant.update({ where: { id: small.id }, data: { state: 'stale' } })
    await rm(pathOf(small))
    for (const state of ['queued', 'processing', 'cancelled', 'purged', 'planned']) {
      await rindle.prisma.mediaVariant.update({ where: { id: thumb.id }, data: { state } })
      expect(await rindle.verifyStorage()).toMatchObject({ ...nothing, checked: 1, missing: 1 })
    }
    expect(statesOf(await current(photo?.id ?? ''))).toEqual({ small: 'missing', thumb: 'planned' })
  })
})

describe('a storage with most objects missing', () => {
  it('is not believed, and no row is changed, unless it is forced', async () => {
    const photos = await readyPhotos(7)
    const { rindle } = application
    // 11 of the 21 objects: a disk that was restored in part, say.
    for (const photo of photos.slice(0, 3)) for (const variant of [photo, ...photo.variants]) await rm(pathOf(variant))
    for (const variant of photos[3]?.variants ?? []) await rm(pathOf(variant))
    const before = await snapshot(rindle, application.storage)
    const results: unknown[] = []
    const off = rindle.on('rindle.repair.stop', ({ metadata }) => void results.push(metadata.result))
    const report = await rindle.verifyStorage()
    expect(report).toMatchObject({
      missing: 0,
      originalsLost: 0,
      stopped: [{ storage: 'main', reason: 'mostly_missing' }],
    })
    expect(report.stopped[0]?.message).toMatch(/11 of the 21 expected objects.*use the option force/)
    expect(await snapshot(rindle, application.storage)).toEqual(before)

    const forced = { checked: 14, present: 6, missing: 8, originalsLost: 3, stopped: [] }
    expect(await rindle.verifyStorage({ force: true })).toMatchObject(forced)
    // Known losses are no news: nothing of the rest is missing.
    expect(await rindle.verifyStorage()).toMatchObject(forced)
    off()
    expect(results).toEqual(['stopped', 'ok', 'ok'])
  })

  it('is believed when half of it is there, or when little is in it at all', async () => {
    const photos = await readyPhotos(7)
    const { rindle } = application
    // 10 of 21.
    for (const photo of photos.slice(0, 3)) for (const variant of [photo, ...photo.variants]) await rm(pathOf(variant))
    await rm(pathOf(variantOf(photos[3], 'thumb')))
    expect(await rindle.verifyStorage()).toMatchObject({ missing: 7, originalsLost: 3, stopped: [] })
    await rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets cascade')
    // 18 of 18.
    for (const photo of await readyPhotos(6))
      for (const variant of [photo, ...photo.variants]) await rm(pathOf(variant))
    expect(await rindle.verifyStorage()).toMatchObject({ missing: 12, originalsLost: 6, stopped: [] })
  })
})

describe('a storage that does not answer', () => {
  const dead = (): StorageAdapter =>
    faultyStorage(application.storage, {
      onCall: () => {
        throw new RindleError('storage_unavailable', 'The storage is away.')
      },
    })

  it('counts as an error for each object, and nothing is concluded from it', async () => {
    await readyPhotos(2)
    const rindle = await deploy(application, profiles, { storages: { main: dead() } })
    const before = await snapshot(rindle, application.storage)
    const results: unknown[] = []
    rindle.on('rindle.repair.stop', ({ metadata }) => void results.push(metadata))
    expect(await rindle.verifyStorage()).toMatchObject({ ...nothing, checked: 4, errors: 6, originalsChecked: 2 })
    expect(await snapshot(rindle, application.storage)).toEqual(before)
    expect(results).toEqual([{ operation: 'verify_storage', scope: 'all', result: 'errors', dry_run: false }])
  })

  it('is left after some errors in a row, with a summary and a short log', async () => {
    const [photo] = await readyPhotos(1)
    await repeatAsset(photo?.id ?? '', 1_500)
    const lines: string[] = []
    const error = (_fields: unknown, message: string): void => void lines.push(message)
    let calls = 0
    const rindle = await deploy(application, profiles, {
      storages: { main: faultyStorage(dead(), { onCall: () => void (calls += 1) }) },
      logger: { ...silentLogger, error },
    })
    const before = await snapshot(rindle, application.storage)
    const report = await rindle.verifyStorage()
    expect(report).toMatchObject({ present: 0, missing: 0, originalsLost: 0, lastId: null })
    expect(report.stopped).toMatchObject([{ storage: 'main', reason: 'unavailable' }])
    expect(report.stopped[0]?.message).toMatch(
      /10 times in a row\. The last error: The storage is away\..*rindle doctor/,
    )
    // Ten in a row, plus the concurrent requests.
    expect(calls).toBeLessThanOrEqual(20)
    expect(report.errors).toBe(calls)
    expect(lines.length).toBeLessThanOrEqual(22)
    expect(await snapshot(rindle, application.storage)).toEqual(before)
  })
})

describe('verification', () => {
  it('by two at the same time finds the same, and announces each loss once', async () => {
    const photos = await readyPhotos(6)
    for (const photo of photos) await rm(pathOf(variantOf(photo, 'thumb')))
    const { rindle } = application
    const other = await deploy(application, profiles)
    const changes: string[] = []
    const note = ({ metadata }: RindleEvent<'rindle.variant.state_change'>) =>
      void changes.push(`${metadata.from} → ${metadata.to}`)
    const off = rindle.on('rindle.variant.state_change', note)
    other.on('rindle.variant.state_change', note)
    await Promise.all([rindle.verifyStorage(), other.verifyStorage({ concurrency: 1 })])
    off()
    expect(changes).toEqual(photos.map(() => 'ready → missing'))
    expect(await rindle.verifyStorage()).toMatchObject({ ...nothing, checked: 12, present: 6, missing: 6 })
  })

  it('leaves a variant alone that is made again while it is looked at', async () => {
    const [photo] = await readyPhotos(1)
    const { rindle } = application
    const thumb = variantOf(photo, 'thumb')
    await rm(pathOf(thumb))
    let isRepaired = false
    const watched = faultyStorage(application.storage, {
      onCall: async (point, [key]) => {
        // After the verb has seen that the object is gone, and before it writes so: the whole repair.
        if (point !== 'head:after' || key !== thumb.storageKey || isRepaired) return
        isRepaired = true
        await rindle.verifyStorage()
        await rindle.regenerateVariants()
        const workers = await rindle.work()
        await settled(rindle, photo?.id ?? '')
        await workers.stop()
      },
    })
    const slow = await deploy(application, profiles, { storages: { main: watched } })
    expect(await slow.verifyStorage({ variant: 'thumb' })).toMatchObject(nothing)
    const made = variantOf(await current(photo?.id ?? ''), 'thumb')
    expect(made).toMatchObject({ state: 'ready', storageKey: thumb.storageKey, attempt: 2 })
  })

  it('is interrupted between two objects, and continues after a finished asset', async () => {
    const photos = await readyPhotos(5)
    const { rindle } = application
    const stop = new AbortController()
    const watched = faultyStorage(application.storage, {
      onCall: (point, [key]) => {
        if (point === 'head:before' && key === photos[1]?.storageKey) stop.abort()
      },
    })
    const other = await deploy(application, profiles, { storages: { main: watched } })
    const first = await other.verifyStorage({ signal: stop.signal, concurrency: 1 })
    expect(first).toMatchObject({ checked: 2, present: 2, originalsChecked: 1, interrupted: true, lastId: null })
    const rest = await rindle.verifyStorage({ after: photos[0]?.id ?? '' })
    expect(rest).toMatchObject({ checked: 8, interrupted: false, lastId: photos[4]?.id })
  })

  it('does not wait for a storage that hangs once it is stopped', async () => {
    await readyPhotos(1)
    const stop = new AbortController()
    const hanging: StorageAdapter = {
      ...application.storage,
      head: (_key, { signal } = {}) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('aborted')))
          stop.abort()
        }),
    }
    const other = await deploy(application, profiles, { storages: { main: hanging } })
    expect(await other.verifyStorage({ signal: stop.signal })).toMatchObject({
      interrupted: true,
      errors: 0,
      lastId: null,
    })
  })

  it('looks at one storage alone when it is told so', async () => {
    const photos = await readyPhotos(3)
    const storages = { main: application.storage, other: application.storage }
    const rindle = await deploy(application, profiles, { storages })
    const [moved] = photos
    await rindle.prisma.mediaAsset.update({ where: { id: moved?.id ?? '' }, data: { storage: 'other' } })
    for (const { storageKey } of photos) await application.storage.delete(storageKey)
    expect(await rindle.verifyStorage({ storage: 'other' })).toMatchObject({
      checked: 2,
      originalsChecked: 1,
      lostOriginals: [moved?.id],
    })
    expect(await rindle.verifyStorage({ storage: 'main' })).toMatchObject({ checked: 4, originalsLost: 2 })
    expect(await rindle.verifyStorage()).toMatchObject({ checked: 6, originalsLost: 3 })
    await expect(rindle.verifyStorage({ storage: 'mian' })).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('refuses profiles and variants that do not exist', async () => {
    const { rindle } = application
    await expect(rindle.verifyStorage({ profile: 'foto' as 'photo' })).rejects.toMatchObject({
      code: 'unknown_profile',
    })
    await expect(rindle.verifyStorage({ variant: 'thum' })).rejects.toMatchObject({ code: 'unknown_variant' })
  })
})
