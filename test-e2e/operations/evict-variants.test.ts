import { type AssetWithVariants, defineProfile, type FamilyMaking, type Rindle, type WalkProgress } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { faultyStorage } from '@rindle/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { deploy, statesOf } from './deployment.ts'
import { objectsIn, snapshot } from './snapshot.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const photoWith = (make: FamilyMaking) =>
  defineProfile({
    storage: 'main',
    accept,
    variants: { thumb: image.crop(8, 8), hero: image.responsive({ widths: [8, 16], formats: ['webp'], make }) },
  })
const eager = { photo: photoWith('eager'), other: photoWith('eager') }
const onDemand = { photo: photoWith('on_demand'), other: photoWith('on_demand') }
const images = { baseUrl: '/rindle', signingKeys: ['a key for tests only, thirty-two characters or more'] }

let application: Application<typeof eager>
let picture: Buffer

beforeAll(async () => {
  application = await startApplication({ profiles: eager })
  picture = await quadrants(40, 30)
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await application.rindle.prisma.$executeRaw`truncate rindle.media_assets, pgboss.job cascade`
})

/** Assets whose members are there, and on demand by now: of the first, nobody has asked for the member of 8 pixels. */
async function photos(profile: 'photo' | 'other' = 'photo', count = 1): Promise<AssetWithVariants[]> {
  const { rindle } = application
  const workers = await rindle.work()
  const ids: string[] = []
  for (let made = 0; made < count; made += 1)
    ids.push((await rindle.upload(profile, picture, { filename: 'a.jpg' })).id)
  for (const id of ids) await settled(rindle, id)
  await workers.stop()
  await (await next()).regenerateVariants({ profile })
  await askedDaysAgo(31, 'hero_w8_webp')
  return Promise.all(ids.map((id) => current(id)))
}

/** The application whose family is made on demand. */
async function next(options: Parameters<typeof deploy>[2] = {}): Promise<Rindle<typeof onDemand>> {
  return deploy(application, onDemand, { images, ...(options as object) })
}

async function askedDaysAgo(days: number, name: string): Promise<void> {
  const lastAskedAt = new Date(Date.now() - days * 86_400_000)
  await application.rindle.prisma.mediaVariant.updateMany({ where: { name }, data: { lastAskedAt } })
}

async function current(id: string): Promise<AssetWithVariants> {
  const asset = await application.rindle.asset(id)
  if (asset === null) throw new Error('The asset is gone.')
  return asset
}

const NOTHING = { found: 0, evicted: 0, bytes: 0, errors: 0, stopped: [], dryRun: false, interrupted: false }

it('purges the members that nobody has asked for since, with their objects, and nothing else', async () => {
  const [photo] = await photos()
  const rindle = await next()
  const old = photo?.variants.find(({ name }) => name === 'hero_w8_webp')
  const bytes = old?.byteSize ?? 0
  expect(await rindle.evictVariants()).toEqual({ ...NOTHING, found: 1, evicted: 1, bytes })
  const asset = await current(photo?.id ?? '')
  expect(statesOf(asset)).toEqual({ thumb: 'ready', hero_w8_webp: 'purged', hero_w16_webp: 'ready' })
  expect(asset.state).toBe('ready')
  const keys = asset.variants.flatMap(({ storageKey }) => storageKey ?? [])
  expect(await objectsIn(application.storage, `photo/${asset.id}/`)).toEqual([asset.storageKey, ...keys].toSorted())
  expect(await rindle.evictVariants()).toEqual(NOTHING)
  expect((await rindle.checkInvariants()).violations).toEqual([])
})

it('counts in a dry run, and changes nothing', async () => {
  await photos('photo', 2)
  const rindle = await next()
  const before = await snapshot(rindle, application.storage)
  const foreseen = await rindle.evictVariants({ dryRun: true })
  expect(await snapshot(rindle, application.storage)).toEqual(before)
  expect(foreseen).toMatchObject({ found: 2, evicted: 0, dryRun: true })
  expect(await rindle.evictVariants()).toEqual({ ...foreseen, evicted: 2, dryRun: false })
})

it('keeps what was asked for within keepDays, and always what a URL may still be in use for', async () => {
  await photos()
  const rindle = await next()
  expect(await rindle.evictVariants({ keepDays: 32 })).toMatchObject({ found: 0 })
  await askedDaysAgo(7, 'hero_w8_webp')
  // A URL lives for up to seven days, and a request is noted once a day.
  expect(await rindle.evictVariants({ keepDays: 1 })).toMatchObject({ found: 0 })
  await askedDaysAgo(9, 'hero_w8_webp')
  expect(await rindle.evictVariants({ keepDays: 1 })).toMatchObject({ found: 1, evicted: 1 })
})

it('takes one profile where that is asked for, and refuses options that make no sense', async () => {
  await photos('photo')
  await photos('other')
  const rindle = await next()
  expect(await rindle.evictVariants({ profile: 'other' })).toMatchObject({ found: 1, evicted: 1 })
  await expect(rindle.evictVariants({ keepDays: 0.5 })).rejects.toMatchObject({ code: 'invalid_input' })
  const unknown = rindle.evictVariants({ profile: 'foto' as 'photo' })
  await expect(unknown).rejects.toMatchObject({ code: 'unknown_profile' })
})

it('knows how much there is to be done, and can be interrupted and repeated', async () => {
  await photos('photo', 3)
  const rindle = await next()
  const stopped = await rindle.evictVariants({ signal: AbortSignal.abort() })
  expect(stopped).toEqual({ ...NOTHING, interrupted: true })
  const seen: WalkProgress[] = []
  await rindle.evictVariants({ onProgress: (_counts, progress) => void seen.push(progress) })
  expect(seen.at(-1)).toEqual({ done: 3, total: 3, isEstimate: false })
})

it('finishes what a killed run has left, which no scan takes for an orphan', async () => {
  const [photo] = await photos()
  const failing = faultyStorage(application.storage, {
    onCall: (point) => {
      if (point === 'delete:before') throw new Error('The process is killed.')
    },
  })
  const killed = await next({ storages: { main: failing } })
  expect(await killed.evictVariants()).toMatchObject({ found: 1, evicted: 1, errors: 1 })
  const half = (await current(photo?.id ?? '')).variants.find(({ state }) => state === 'purged')
  expect(half?.storageKey).not.toBeNull()
  const rindle = await next()
  expect(await rindle.scanOrphans({ prefix: `photo/${photo?.id}/`, graceSeconds: 0 })).toMatchObject({ matched: 0 })
  expect(await rindle.evictVariants()).toEqual(NOTHING)
  const asset = await current(photo?.id ?? '')
  expect(asset.variants.find(({ state }) => state === 'purged')?.storageKey).toBeNull()
  expect(await objectsIn(application.storage, `photo/${asset.id}/`)).not.toContain(half?.storageKey)
})

it('runs by a schedule', async () => {
  const rindle = await next()
  await rindle.schedule({ evictVariants: { cron: '0 5 * * *', keepDays: 60, profile: 'photo' } })
  expect(await rindle.scheduledMaintenance()).toContainEqual(
    expect.objectContaining({ task: 'evictVariants', options: { keepDays: 60, profile: 'photo' } }),
  )
  await expect(rindle.schedule({ evictVariants: { cron: '0 5 * * *', keepDays: 0 } })).rejects.toMatchObject({
    code: 'invalid_input',
  })
})
