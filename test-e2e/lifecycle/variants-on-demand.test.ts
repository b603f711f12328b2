import { type AssetWithVariants, defineProfile, type RegenerateMode, type Rindle, type Variant } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deploy, statesOf } from '../operations/deployment.ts'
import { objectsIn } from '../operations/snapshot.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { grain, quadrants } from '../support/pictures.ts'

const FORMATS = { formats: ['webp'], make: 'on_demand' } as const

const photoOf = (widths: readonly number[], options: { quality?: number; regenerate?: RegenerateMode } = {}) =>
  defineProfile({
    storage: 'main',
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    variants: { hero: image.responsive({ ...FORMATS, widths, quality: { webp: options.quality ?? 80 } }) },
    regenerate: options.regenerate ?? 'on_request',
    on: { ready: () => {}, degraded: () => {}, quarantined: () => {}, variantReady: () => {}, variantFailed: () => {} },
  })
const profiles = { photo: photoOf([8, 16]) }
const images = {
  baseUrl: '/rindle',
  signingKeys: ['a key for tests only, thirty-two characters or more'],
  waitMs: 30_000,
}
type Instance = Rindle<typeof profiles>

let application: Application<typeof profiles>
let picture: Buffer

beforeAll(async () => {
  application = await startApplication({ profiles, images })
  picture = await quadrants(40, 30)
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await application.rindle.prisma.$executeRaw`
    truncate rindle.media_assets, rindle.media_events, rindle.media_declared_variants, pgboss.job cascade`
})

/** While workers run. */
async function whileWorking<T>(rindle: Instance, action: () => Promise<T>): Promise<T> {
  const workers = await rindle.work()
  try {
    return await action()
  } finally {
    await workers.stop()
  }
}

/** A ready asset of which no page has asked for anything; no worker runs afterwards. */
async function untouched(bytes = picture): Promise<string> {
  const { rindle } = application
  return whileWorking(rindle, async () => {
    const { id } = await rindle.upload('photo', bytes, { filename: 'a.jpg' })
    expect((await settled(rindle, id)).state).toBe('ready')
    const pending = async (): Promise<number> => rindle.prisma.mediaDelivery.count({ where: { state: 'pending' } })
    await expect.poll(pending, { timeout: 20_000 }).toBe(0)
    return id
  })
}

/** The answer to a page that asks for the image of 8 pixels. */
async function ask(id: string, rindle: Instance = application.rindle): Promise<Response> {
  const url = await rindle.familyUrl(rindle.narrow(await assetOf(id), 'photo'), 'hero')
  return rindle.serveImage(new Request(`http://127.0.0.1${url}?w=8`))
}

/** The same, while workers run. */
async function made(id: string, rindle: Instance = application.rindle): Promise<number> {
  return whileWorking(rindle, async () => (await ask(id, rindle)).status)
}

/** A request that goes away at once leaves its work behind. */
async function asked(id: string): Promise<void> {
  const impatient = await application.another({ images: { ...images, waitMs: 1 } })
  expect((await ask(id, impatient)).status).toBe(503)
  await expect.poll(async () => memberOf(id)).toBeDefined()
}

async function assetOf(id: string): Promise<AssetWithVariants> {
  const asset = await application.rindle.asset(id)
  if (asset === null) throw new Error('The asset is gone.')
  return asset
}

async function memberOf(id: string): Promise<Variant | undefined> {
  return (await assetOf(id)).variants.find(({ name }) => name === 'hero_w8_webp')
}

async function minutesPass(minutes: number): Promise<void> {
  const updatedAt = new Date(Date.now() - minutes * 60_000)
  await application.rindle.prisma.mediaVariant.updateMany({ data: { updatedAt } })
}

describe('a variant on demand that nobody has asked for', () => {
  it('has no row, and nothing calls it lacking', async () => {
    const id = await untouched()
    const { rindle } = application
    expect((await assetOf(id)).variants).toEqual([])
    expect(await rindle.regenerateVariants()).toMatchObject({ enqueued: 0, planned: 0 })
    const { findings, counts } = await rindle.runtimeStatus({ thresholds: { recipe_drift: 0 } })
    expect(findings.filter(({ class: found }) => found === 'recipe_drift')).toEqual([])
    expect(counts.onDemand).toEqual({})
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })
})

describe('a variant on demand that a page asks for', () => {
  it('is made once, and its asset and the hooks notice nothing', async () => {
    const id = await untouched()
    const before = await assetOf(id)
    const events = await application.rindle.prisma.mediaEvent.count()
    expect(await made(id)).toBe(200)
    const { variants, ...asset } = await assetOf(id)
    expect({ ...asset, variants: [] }).toEqual(before)
    expect(variants).toMatchObject([
      { name: 'hero_w8_webp', state: 'ready', onDemand: true, lastAskedAt: expect.any(Date), width: 8 },
    ])
    expect(await application.rindle.prisma.mediaEvent.count()).toBe(events)
    expect((await application.rindle.runtimeStatus()).counts.onDemand).toEqual({ ready: 1 })
    expect((await application.rindle.checkInvariants()).violations).toEqual([])
  })

  it('is noted once a day, however often it is asked for', async () => {
    const id = await untouched()
    await made(id)
    const first = (await memberOf(id))?.lastAskedAt
    expect((await ask(id)).status).toBe(200)
    expect((await memberOf(id))?.lastAskedAt).toEqual(first)
    const yesterday = new Date(Date.now() - 25 * 3_600_000)
    await application.rindle.prisma.mediaVariant.updateMany({ data: { lastAskedAt: yesterday } })
    // A process knows what it has just read.
    const noted = async (): Promise<number | undefined> => {
      expect((await ask(id)).status).toBe(200)
      return (await memberOf(id))?.lastAskedAt?.getTime()
    }
    await expect.poll(noted, { timeout: 20_000 }).toBeGreaterThan(yesterday.getTime() + 24 * 3_600_000)
  })

  it('waits for a worker, and is found again when its job is lost', async () => {
    const id = await untouched()
    await asked(id)
    const { rindle } = application
    expect(await memberOf(id)).toMatchObject({ state: 'queued', onDemand: true })
    expect((await assetOf(id)).state).toBe('ready')
    await rindle.prisma.$executeRaw`truncate pgboss.job cascade`
    expect((await rindle.checkInvariants()).violations).toMatchObject([{ class: 'variant_without_job' }])
    expect(await rindle.recoverLostWork({ olderThanSeconds: 0 })).toMatchObject({ found: 1, enqueued: 1 })
    expect(await made(id)).toBe(200)
  })

  it('is made anew by the next request after it was evicted, but not while its object is being deleted', async () => {
    const id = await untouched()
    await made(id)
    const old = await memberOf(id)
    const { rindle, storage } = application
    await rindle.prisma.mediaVariant.updateMany({ data: { lastAskedAt: new Date(0) } })
    expect(await rindle.evictVariants()).toMatchObject({ evicted: 1 })
    expect(await memberOf(id)).toMatchObject({ state: 'purged', storageKey: null })
    await rindle.prisma.mediaVariant.updateMany({ data: { storageKey: old?.storageKey ?? '' } })
    expect((await ask(id)).status).toBe(503)
    expect(await memberOf(id)).toMatchObject({ state: 'purged' })
    // The process that purged it must have been killed.
    await minutesPass(11)
    expect(await made(id)).toBe(200)
    expect(await objectsIn(storage, `photo/${id}/hero`)).toEqual([(await memberOf(id))?.storageKey])
    expect((await rindle.evictVariants()).found).toBe(0)
  })

  it('is made anew after its object was lost', async () => {
    const id = await untouched()
    await made(id)
    await application.storage.delete((await memberOf(id))?.storageKey ?? '')
    await application.rindle.verifyStorage({ force: true })
    expect(await memberOf(id)).toMatchObject({ state: 'missing' })
    expect((await assetOf(id)).state).toBe('ready')
    expect(await made(id)).toBe(200)
  })

  it('rests for a minute after an operator has cancelled it', async () => {
    const id = await untouched()
    await asked(id)
    expect(await application.rindle.cancelProcessing(id)).toEqual(['hero_w8_webp'])
    expect((await assetOf(id)).state).toBe('ready')
    const response = await ask(id)
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await memberOf(id)).toMatchObject({ state: 'cancelled' })
    await minutesPass(2)
    expect(await made(id)).toBe(200)
  })

  it('goes with its asset', async () => {
    const id = await untouched()
    await made(id)
    const { rindle, storage } = application
    await rindle.purgeAsset(id, { live: true })
    await whileWorking(rindle, async () => {
      await expect.poll(async () => rindle.asset(id), { timeout: 20_000 }).toBeNull()
    })
    expect(await objectsIn(storage, `photo/${id}/`)).toEqual([])
  })
})

describe('a variant on demand that fails', () => {
  /** Its header is intact, and most of its pixels are missing: only decoding shows that. */
  async function undecodable(): Promise<string> {
    const whole = await grain(200, 200)
    return untouched(whole.subarray(0, whole.length / 2))
  }

  it('takes nothing else away: its asset stays ready, and a verdict about it stays', async () => {
    const id = await undecodable()
    const { prisma } = application.rindle
    const events = await prisma.mediaEvent.count()
    await asked(id)
    // As if the page had asked while the promotion was ending: the first failure of an eager variant then refuses the file.
    await prisma.mediaVariant.updateMany({ data: { createdAt: new Date(0) } })
    expect(await made(id)).toBeGreaterThanOrEqual(400)
    expect(await memberOf(id)).toMatchObject({ state: 'failed', errorReason: 'corrupt_media' })
    expect((await assetOf(id)).state).toBe('ready')
    expect(await prisma.mediaEvent.count()).toBe(events)
    await minutesPass(100_000)
    expect((await ask(id)).status).toBeGreaterThanOrEqual(400)
    expect(await memberOf(id)).toMatchObject({ state: 'failed', attempt: 1 })
  })

  it('is tried again by a later request after its back-off, if it may succeed then', async () => {
    const id = await untouched()
    await asked(id)
    const { prisma } = application.rindle
    await prisma.$executeRaw`truncate pgboss.job cascade`
    const failed = { state: 'failed', attempt: 2, errorReason: 'processing_failed' }
    await prisma.mediaVariant.updateMany({ data: { ...failed, updatedAt: new Date() } })
    expect((await ask(id)).status).toBe(503)
    expect(await memberOf(id)).toMatchObject(failed)
    await minutesPass(3)
    expect(await made(id)).toBe(200)
  })

  it('is tried again at once by another recipe, and by an operator', async () => {
    const id = await undecodable()
    await made(id)
    const { rindle } = application
    expect(await rindle.requeueVariants(id)).toMatchObject({ enqueued: 1 })
    expect((await assetOf(id)).state).toBe('ready')
    await whileWorking(rindle, async () => {
      await expect.poll(async () => (await memberOf(id))?.state, { timeout: 20_000 }).toBe('failed')
    })
    const deployed = await deploy(application, { photo: photoOf([8, 16], { quality: 60 }) }, { images })
    expect(await made(id, deployed)).toBeGreaterThanOrEqual(400)
    expect(await memberOf(id)).toMatchObject({ state: 'failed', attempt: 3 })
  })
})

describe('a changed recipe', () => {
  it('is made of those members that exist and are not purged, also automatically', async () => {
    const [used, unused, evicted] = [await untouched(), await untouched(), await untouched()]
    await made(used)
    await made(evicted)
    const { prisma } = application.rindle
    const gone = { state: 'purged', storageKey: null }
    await prisma.mediaVariant.updateMany({ where: { assetId: evicted }, data: gone })
    const coarser = await deploy(application, { photo: photoOf([8, 16], { quality: 60 }) }, { images })
    expect(await coarser.regenerateVariants()).toMatchObject({ enqueued: 1, markedStale: 1, planned: 0 })
    expect(statesOf(await assetOf(used))).toEqual({ hero_w8_webp: 'queued' })
    // Meanwhile the older one is served.
    expect((await ask(used, coarser)).status).toBe(200)
    await whileWorking(coarser, async () => {
      await expect.poll(async () => (await memberOf(used))?.state, { timeout: 30_000 }).toBe('ready')
    })

    const automatic = photoOf([8, 16], { quality: 40, regenerate: 'automatically' })
    const deployed = await deploy(application, { photo: automatic }, { images })
    await whileWorking(deployed, async () => {
      const { digest } = automatic.variants['hero_w8_webp' as never] as { readonly digest: string }
      await expect
        .poll(async () => memberOf(used), { timeout: 30_000 })
        .toMatchObject({ state: 'ready', recipeDigest: digest })
    })
    expect(statesOf(await assetOf(unused))).toEqual({})
    expect(statesOf(await assetOf(evicted))).toEqual({ hero_w8_webp: 'purged' })
    expect((await assetOf(used)).state).toBe('ready')
  })
})

describe('a family that is made eagerly from now on', () => {
  it('has its lacking members made, and its failures count again', async () => {
    const id = await untouched()
    await made(id)
    const eager = defineProfile({
      storage: 'main',
      accept: { types: ['image/*'], maxBytes: 1_000_000 },
      variants: { hero: image.responsive({ ...FORMATS, widths: [8, 16], make: 'eager' }) },
    })
    const deployed = await deploy(application, { photo: eager })
    expect(await deployed.regenerateVariants()).toMatchObject({ enqueued: 1, planned: 1, markedStale: 0 })
    expect((await assetOf(id)).state).toBe('processing')
    expect((await assetOf(id)).variants.map(({ onDemand }) => onDemand)).toEqual([false, false])
    await whileWorking(deployed as unknown as Instance, async () => {
      expect(statesOf(await settled(deployed, id))).toEqual({ hero_w8_webp: 'ready', hero_w16_webp: 'ready' })
    })
    expect((await deployed.checkInvariants()).violations).toEqual([])
  })
})
