import { type AssetWithVariants, defineProfile, type Focus, fromPgClient, type Rindle } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { faultyStorage } from '@rindle/testing'
import pg from 'pg'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { deploy, madeOf, statesOf } from '../operations/deployment.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { byRunLength } from '../support/run-length.ts'
import { SLOTS } from '../support/slots.ts'

const photoOf = (side: number) =>
  defineProfile({
    storage: 'main',
    slots: SLOTS,
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    variants: {
      square: image.crop(side, side, { format: 'png', position: 'focal' }),
      // Of another class of work.
      tall: image.crop(8, 24, { format: 'avif', position: 'focal' }),
      card: image.crop(16, 16, { format: 'png', position: 'attention' }),
      small: image.fit(24, null, { format: 'webp' }),
    },
  })
const profiles = {
  photo: photoOf(16),
  plain: defineProfile({ storage: 'main', accept: { types: ['image/*'], maxBytes: 1_000_000 } }),
}
type Photos = typeof profiles

const ROUNDS = byRunLength('rounds of focuses that are moved by many', { sample: 5, short: 20, long: 200 })
const PURGES = byRunLength('purges beside focuses that are moved', { sample: 3, short: 10, long: 100 })

const MARK: Focus = { x: 0.9, y: 0.2 }
const LEFT: Focus = { x: 0.1, y: 0.8 }

let application: Application<Photos>
let picture: Buffer

beforeAll(async () => {
  application = await startApplication({ profiles })
  picture = await sharp({ create: { width: 120, height: 80, channels: 3, background: '#808080' } })
    .composite([
      { input: { create: { width: 8, height: 8, channels: 3, background: '#e61414' } }, left: 104, top: 12 },
      { input: { create: { width: 8, height: 8, channels: 3, background: '#1414e6' } }, left: 8, top: 60 },
    ])
    .png()
    .toBuffer()
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  const { rindle } = application
  await rindle.prisma.$executeRaw`truncate rindle.media_assets, rindle.media_declared_variants, pgboss.job cascade`
})

/** A ready photo, made by workers that have stopped. */
async function readyPhoto(focus: Focus | null = null): Promise<AssetWithVariants> {
  const { rindle } = application
  const workers = await application.work()
  const { id } = await rindle.upload('photo', picture, { filename: 'a.png' })
  if (focus !== null) await rindle.setFocus({ id }, focus)
  const asset = await settled(rindle, id)
  await workers.stop()
  return asset
}

async function current({ id }: { readonly id: string }, rindle = application.rindle): Promise<AssetWithVariants> {
  const asset = await rindle.asset(id)
  if (asset === null) throw new Error('The asset is gone.')
  return asset
}

/** Has the waiting variants made. */
async function made({ id }: { readonly id: string }): Promise<AssetWithVariants> {
  const workers = await application.work()
  const asset = await settled(application.rindle, id)
  await workers.stop()
  return asset
}

async function pixelsOf(rindle: Rindle<Photos>, asset: AssetWithVariants, name: 'square' | 'card'): Promise<Buffer> {
  const url = await rindle.variantUrl(rindle.narrow(asset, 'photo'), name)
  const response = await rindle.serveFile(new Request(url ?? ''))
  return sharp(await response.arrayBuffer())
    .removeAlpha()
    .raw()
    .toBuffer()
}

function shows(pixels: Buffer, colour: 'red' | 'blue'): boolean {
  const [wanted, other] = colour === 'red' ? [0, 2] : [2, 0]
  for (let at = 0; at < pixels.length; at += 3) {
    if ((pixels[at + wanted] ?? 0) > 190 && (pixels[at + other] ?? 0) < 70) return true
  }
  return false
}

function variantOf(asset: AssetWithVariants, name: string) {
  const variant = asset.variants.find((each) => each.name === name)
  if (variant === undefined) throw new Error(`There is no ${name}.`)
  return variant
}

const focusesOf = ({ variants }: AssetWithVariants) =>
  Object.fromEntries(variants.map(({ name, recipe }) => [name, recipe['assetFocus']]))

async function driftOf(rindle: Rindle<Photos>): Promise<readonly unknown[]> {
  const { findings } = await rindle.runtimeStatus({ olderThanSeconds: 0 })
  return findings.filter((finding) => finding.class === 'recipe_drift')
}

describe('a focus that is set', () => {
  it('makes exactly the variants that use it stale and queues them, at once; the point is in their crops then', async () => {
    const photo = await readyPhoto()
    const { rindle } = application
    const before = await pixelsOf(rindle, photo, 'square')

    expect(await rindle.setFocus(photo, MARK)).toMatchObject({ focus: MARK, state: 'processing' })
    const queued = await current(photo)
    expect(statesOf(queued)).toEqual({ square: 'queued', tall: 'queued', card: 'ready', small: 'ready' })
    for (const name of ['card', 'small']) expect(variantOf(queued, name)).toEqual(variantOf(photo, name))
    // The old object is served until the new one is there.
    expect(await pixelsOf(rindle, queued, 'square')).toEqual(before)

    const ready = await made(photo)
    expect(ready.state).toBe('ready')
    for (const name of ['card', 'small']) expect(variantOf(ready, name)).toEqual(variantOf(photo, name))
    expect(focusesOf(ready)).toEqual({ square: MARK, tall: MARK, card: undefined, small: undefined })
    for (const name of ['square', 'tall']) {
      expect(variantOf(ready, name).storageKey).not.toBe(variantOf(photo, name).storageKey)
      expect(variantOf(ready, name).attempt).toBe(2)
    }
    const square = await pixelsOf(rindle, ready, 'square')
    expect([shows(square, 'red'), shows(square, 'blue')]).toEqual([true, false])

    await rindle.setFocus(photo, LEFT)
    const moved = await pixelsOf(rindle, await made(photo), 'square')
    expect([shows(moved, 'red'), shows(moved, 'blue')]).toEqual([false, true])
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })

  it('changes nothing when it is the present one, to four decimals', async () => {
    const photo = await readyPhoto({ x: 0.33333, y: 0.5 })
    expect(photo.focus).toEqual({ x: 0.3333, y: 0.5 })
    await application.rindle.setFocus(photo, { x: 0.33332, y: 0.50001 })
    expect(await current(photo)).toEqual(photo)
    const { rindle } = application
    expect(await rindle.prisma.$queryRaw`select 1 from pgboss.job where state = 'created'`).toEqual([])
  })

  it('can be taken away: the crops are those of the declared recipes again', async () => {
    const unfocused = await readyPhoto()
    const { rindle } = application
    const square = await pixelsOf(rindle, unfocused, 'square')
    await rindle.setFocus(unfocused, MARK)
    await made(unfocused)
    expect(await rindle.setFocus(unfocused, null)).toMatchObject({ focus: null })
    const again = await made(unfocused)
    expect(focusesOf(again)).toEqual({ square: undefined, tall: undefined, card: undefined, small: undefined })
    expect(variantOf(again, 'square').recipeDigest).toBe(profiles.photo.variants.square.digest)
    expect(await pixelsOf(rindle, again, 'square')).toEqual(square)
    // Attention decides.
    expect(await pixelsOf(rindle, again, 'card')).toEqual(square)
  })

  it('is no drift, for the status, for the comparison after a deployment and for a regeneration', async () => {
    const photo = await readyPhoto()
    const { rindle } = application
    await rindle.setFocus(photo, MARK)
    const ready = await made(photo)
    expect(await driftOf(rindle)).toEqual([])
    const deployed = await deploy(application, profiles)
    const workers = await deployed.work({ queues: ['rindle_maintenance'] })
    await expect
      .poll(async () => (await deployed.runtimeStatus()).recipeChanges.every(({ comparedAt }) => comparedAt !== null))
      .toBe(true)
    await workers.stop()
    expect(await current(photo)).toEqual(ready)
    expect(await deployed.regenerateVariants()).toMatchObject({ enqueued: 0, markedStale: 0, planned: 0 })
    expect(await driftOf(deployed)).toEqual([])
  })

  it('stays when a deployment changes the recipe, whose variants are then made by it with the focus', async () => {
    const photo = await readyPhoto(MARK)
    const deployed = await deploy(application, { ...profiles, photo: photoOf(20) })
    expect(await driftOf(deployed as Rindle<Photos>)).toMatchObject([{ count: 1 }])
    const workers = await deployed.work({ queues: ['rindle_maintenance'] })
    await expect.poll(async () => statesOf(await current(photo))).toMatchObject({ square: 'stale' })
    expect(statesOf(await current(photo))).toEqual({ square: 'stale', tall: 'ready', card: 'ready', small: 'ready' })
    await workers.stop()
    await deployed.regenerateVariants()
    const making = await deployed.work()
    const square = variantOf(await settled(deployed, photo.id), 'square')
    await making.stop()
    expect(square).toMatchObject({ width: 20, recipe: { assetFocus: MARK } })
    expect(await driftOf(deployed as Rindle<Photos>)).toEqual([])
  })

  it('is heard by the subscribers of the asset', async () => {
    const photo = await readyPhoto()
    const { rindle } = application
    const heard: string[] = []
    const subscription = await rindle.subscribe({ assetId: photo.id }, (change) => {
      heard.push(change.type === 'variant' ? `${change.variantName} ${change.state}` : change.type)
    })
    await rindle.setFocus(photo, MARK)
    await vi.waitFor(() => expect(heard.toSorted()).toEqual(['asset', 'asset', ...STALE_AND_QUEUED]))
    await subscription.close()
  })
})

const STALE_AND_QUEUED = ['square queued', 'square stale', 'tall queued', 'tall stale']

describe('the focus of an asset', () => {
  it('can be set before it is verified: its variants are made with it at once', async () => {
    const { rindle } = application
    const { id } = await rindle.upload('photo', picture, { filename: 'a.png' })
    expect(await rindle.setFocus({ id }, MARK)).toMatchObject({ state: 'validating', focus: MARK })
    const ready = await made({ id })
    expect(focusesOf(ready)).toMatchObject({ square: MARK, tall: MARK })
    expect(variantOf(ready, 'square').attempt).toBe(1)
  })

  it('can be set while it is quarantined, and where no variant uses it', async () => {
    const { rindle } = application
    const refused = await rindle.upload('photo', picture, { filename: 'a.png' })
    await rindle.prisma.$executeRaw`update rindle.media_assets set state = 'quarantined'`
    expect(await rindle.setFocus(refused, MARK)).toMatchObject({ state: 'quarantined', focus: MARK })
    const plain = await rindle.upload('plain', picture, { filename: 'a.png' })
    await made(plain)
    expect(await rindle.setFocus(plain, MARK)).toMatchObject({ state: 'ready', focus: MARK })
  })

  it('is refused outside of the picture, and for an unknown asset', async () => {
    const photo = await application.rindle.upload('photo', picture, { filename: 'a.png' })
    const { rindle } = application
    for (const focus of [
      { x: 1.01, y: 0 },
      { x: -0.1, y: 0 },
      { x: Number.NaN, y: 0 },
      { x: '0' as never, y: 0 },
    ]) {
      await expect(rindle.setFocus(photo, focus)).rejects.toMatchObject({
        code: 'invalid_input',
        message: "focus.x must be a number from 0 to 1, a fraction of the picture's width.",
      })
    }
    await expect(rindle.setFocus(photo, { x: 0 } as never)).rejects.toMatchObject({
      code: 'invalid_input',
      message: "focus.y must be a number from 0 to 1, a fraction of the picture's height.",
    })
    await expect(rindle.setFocus(photo, undefined as never)).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(rindle.setFocus({ id: '01900000-0000-7000-8000-000000000000' }, MARK)).rejects.toMatchObject({
      code: 'not_found',
    })
    expect((await current(photo)).focus).toBeNull()
  })

  it('is part of a transaction of the application, or is not there', async () => {
    const photo = await readyPhoto()
    const { rindle, databaseUrl } = application
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    await client.query('begin')
    await rindle.setFocus(photo, MARK, { tx: fromPgClient(client) })
    await client.query('rollback')
    expect(await current(photo)).toEqual(photo)
    await client.query('begin')
    await rindle.setFocus(photo, MARK, { tx: fromPgClient(client) })
    await client.query('commit')
    await client.end()
    expect(focusesOf(await made(photo))).toMatchObject({ square: MARK, tall: MARK })
  })

  it('has variants on demand made again if they were made, and leaves purged, failed and cancelled ones', async () => {
    const photo = await readyPhoto()
    const { rindle } = application
    await rindle.prisma.$executeRaw`update rindle.media_variants set on_demand = true where name = 'square'`
    await rindle.prisma
      .$executeRaw`update rindle.media_variants set state = 'purged', on_demand = true where name = 'tall'`
    await rindle.setFocus(photo, MARK)
    expect(statesOf(await current(photo))).toMatchObject({ square: 'queued', tall: 'purged' })
    for (const state of ['failed', 'cancelled']) {
      await rindle.prisma.$executeRaw`update rindle.media_variants set state = ${state} where name = 'tall'`
      await rindle.setFocus(photo, state === 'failed' ? LEFT : MARK)
      expect(statesOf(await current(photo))).toMatchObject({ square: 'queued', tall: state })
    }
    expect(focusesOf(await current(photo))).toMatchObject({ square: MARK, tall: undefined })
  })
})

describe('a focus that is moved', () => {
  /** An instance whose worker waits before it stores a square. */
  async function slowWorker() {
    const [storing, mayStore] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let isFirst = true
    const rindle = await deploy(application, profiles, {
      storages: {
        main: faultyStorage(application.storage, {
          onCall: async (point, [key = '']) => {
            if (point !== 'put:before' || !key.includes('square') || !isFirst) return
            isFirst = false
            storing.resolve()
            await mayStore.promise
          },
        }),
      },
    })
    return { rindle, storing: storing.promise, store: mayStore.resolve }
  }

  it('while a worker makes a crop has it made once more, and the first one is shown meanwhile', async () => {
    const { rindle, storing, store } = await slowWorker()
    const workers = await rindle.work()
    const { id } = await rindle.upload('photo', picture, { filename: 'a.png' })
    await rindle.setFocus({ id }, LEFT)
    await storing
    await application.rindle.setFocus({ id }, MARK)
    expect(statesOf(await current({ id }))).toMatchObject({ square: 'processing' })
    store()
    await vi.waitFor(
      async () => expect(focusesOf(await settled(rindle, id))).toMatchObject({ square: MARK, tall: MARK }),
      { timeout: 20_000, interval: 20 },
    )
    const ready = await settled(rindle, id)
    await workers.stop()
    expect(statesOf(ready)).toEqual({ square: 'ready', tall: 'ready', card: 'ready', small: 'ready' })
    expect(variantOf(ready, 'square').attempt).toBe(2)
    expect(variantOf(ready, 'small').attempt).toBe(1)
    expect(shows(await pixelsOf(rindle, ready, 'square'), 'red')).toBe(true)
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })

  it('while a crop waits is that of the crop, which is made once', async () => {
    const photo = await readyPhoto()
    const { rindle } = application
    await rindle.setFocus(photo, LEFT)
    await rindle.prisma.$executeRaw`
      update rindle.media_variants set waiting_since = now(), error_reason = 'storage_unavailable' where name = 'tall'`
    await rindle.setFocus(photo, MARK)
    // Whatever it waits for, it goes on waiting for it.
    expect(variantOf(await current(photo), 'tall')).toMatchObject({
      state: 'queued',
      errorReason: 'storage_unavailable',
      waitingSince: expect.any(Date),
      recipe: { assetFocus: MARK },
    })
    const ready = await made(photo)
    expect(focusesOf(ready)).toMatchObject({ square: MARK, tall: MARK })
    expect(['square', 'tall'].map((name) => variantOf(ready, name).attempt)).toEqual([2, 2])
  })

  it('by many at once, beside workers, is that of every crop in the end', { timeout: 120_000 }, async () => {
    const photo = await readyPhoto()
    const { rindle } = application
    const other = await application.another()
    const workers = [await rindle.work(), await other.work()]
    for (let round = 0; round < ROUNDS; round += 1) {
      const moves = [0.1, 0.3, 0.5, 0.7, 0.9].map((x, place) =>
        [rindle, other][place % 2]?.setFocus(photo, { x, y: (round % 10) / 10 }),
      )
      await Promise.all(moves)
    }
    await vi.waitFor(
      async () => {
        const { focus, state } = await current(photo)
        expect(state).toBe('ready')
        expect(focusesOf(await current(photo))).toMatchObject({ square: focus, tall: focus })
      },
      { timeout: 60_000, interval: 20 },
    )
    for (const each of workers) await each.stop()
    const ready = await current(photo)
    for (const name of ['card', 'small']) expect(variantOf(ready, name)).toEqual(variantOf(photo, name))
    expect((await rindle.checkInvariants()).violations).toEqual([])
    expect(await driftOf(rindle)).toEqual([])
  })

  it('while the asset is purged leaves nothing behind', { timeout: 60_000 }, async () => {
    const { rindle, storage } = application
    await storage.deleteMany((await Array.fromAsync(storage.list(''))).map(({ key }) => key))
    const workers = await application.work()
    for (let round = 0; round < PURGES; round += 1) {
      const owner = { type: 'album', id: round }
      const { id } = await rindle.upload('photo', picture, { filename: 'a.png', owner, slot: 'cover' })
      await settled(rindle, id)
      const moving = [MARK, LEFT, MARK].map((focus) =>
        rindle.setFocus({ id }, focus).catch((error: unknown) => expect(error).toMatchObject({ code: 'not_found' })),
      )
      await Promise.all([rindle.detach(owner, 'cover'), ...moving])
      await vi.waitFor(async () => expect(await rindle.asset(id)).toBeNull(), { timeout: 20_000 })
    }
    await vi.waitFor(async () => expect(await Array.fromAsync(storage.list(''))).toEqual([]), { timeout: 20_000 })
    await workers.stop()
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })
})

it('an older focus that comes back has the row of its first time, and its URL', async () => {
  const photo = await readyPhoto(MARK)
  const { rindle } = application
  await rindle.setFocus(photo, LEFT)
  await rindle.setFocus(photo, MARK)
  const [square, ...others] = madeOf(await made(photo))
  expect(square).toEqual(madeOf(photo)[0])
  expect(others).toHaveLength(3)
})
