import { fromPgClient } from '@rindle/core'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { deploy, madeOf, statesOf } from '../operations/deployment.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import {
  BLUE,
  current,
  driftOf,
  emptied,
  focusesOf,
  made,
  markedPicture,
  type Photos,
  photoOf,
  pixelsOf,
  profiles,
  RED,
  readyPhoto,
  shows,
  variantOf,
} from './focused-photos.ts'

let application: Application<Photos>

beforeAll(async () => {
  application = await startApplication({ profiles })
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(() => emptied(application))

describe('a focus that is set', () => {
  it('makes exactly the variants that use it stale and queues them, at once; the point is in their crops then', async () => {
    const photo = await readyPhoto(application)
    const { rindle } = application
    const before = await pixelsOf(rindle, photo, 'square')

    expect(await rindle.setFocus(photo, RED)).toMatchObject({ focus: RED, state: 'processing' })
    const queued = await current(application, photo)
    expect(statesOf(queued)).toEqual({ square: 'queued', tall: 'queued', card: 'ready', small: 'ready' })
    for (const name of ['card', 'small']) expect(variantOf(queued, name)).toEqual(variantOf(photo, name))
    // The old object is served until the new one is there.
    expect(await pixelsOf(rindle, queued, 'square')).toEqual(before)

    const ready = await made(application, photo)
    expect(ready.state).toBe('ready')
    for (const name of ['card', 'small']) expect(variantOf(ready, name)).toEqual(variantOf(photo, name))
    expect(focusesOf(ready)).toEqual({ square: RED, tall: RED, card: undefined, small: undefined })
    for (const name of ['square', 'tall']) {
      expect(variantOf(ready, name).storageKey).not.toBe(variantOf(photo, name).storageKey)
      expect(variantOf(ready, name).attempt).toBe(2)
    }
    const square = await pixelsOf(rindle, ready, 'square')
    expect([shows(square, 'red'), shows(square, 'blue')]).toEqual([true, false])

    await rindle.setFocus(photo, BLUE)
    const moved = await pixelsOf(rindle, await made(application, photo), 'square')
    expect([shows(moved, 'red'), shows(moved, 'blue')]).toEqual([false, true])
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })

  it('changes nothing when it is the present one, to four decimals', async () => {
    const photo = await readyPhoto(application, { x: 0.33333, y: 0.5 })
    expect(photo.focus).toEqual({ x: 0.3333, y: 0.5 })
    await application.rindle.setFocus(photo, { x: 0.33332, y: 0.50001 })
    expect(await current(application, photo)).toEqual(photo)
    const { rindle } = application
    expect(await rindle.prisma.$queryRaw`select 1 from pgboss.job where state = 'created'`).toEqual([])
  })

  it('can be taken away: the crops are those of the declared recipes again', async () => {
    const unfocused = await readyPhoto(application)
    const { rindle } = application
    const square = await pixelsOf(rindle, unfocused, 'square')
    await rindle.setFocus(unfocused, RED)
    await made(application, unfocused)
    expect(await rindle.setFocus(unfocused, null)).toMatchObject({ focus: null })
    const again = await made(application, unfocused)
    expect(focusesOf(again)).toEqual({ square: undefined, tall: undefined, card: undefined, small: undefined })
    expect(variantOf(again, 'square').recipeDigest).toBe(profiles.photo.variants.square.digest)
    expect(await pixelsOf(rindle, again, 'square')).toEqual(square)
    // Attention decides.
    expect(await pixelsOf(rindle, again, 'card')).toEqual(square)
  })

  it('is no drift, for the status, for the comparison after a deployment and for a regeneration', async () => {
    const photo = await readyPhoto(application)
    const { rindle } = application
    await rindle.setFocus(photo, RED)
    const ready = await made(application, photo)
    expect(await driftOf(rindle)).toEqual([])
    const deployed = await deploy(application, profiles)
    const workers = await deployed.work({ queues: ['rindle_maintenance'] })
    await expect
      .poll(async () => (await deployed.runtimeStatus()).recipeChanges.every(({ comparedAt }) => comparedAt !== null))
      .toBe(true)
    await workers.stop()
    expect(await current(application, photo)).toEqual(ready)
    expect(await deployed.regenerateVariants()).toMatchObject({ enqueued: 0, markedStale: 0, planned: 0 })
    expect(await driftOf(deployed)).toEqual([])
  })

  it('stays when a deployment changes the recipe, whose variants are then made by it with the focus', async () => {
    const photo = await readyPhoto(application, RED)
    const deployed = await deploy(application, { ...profiles, photo: photoOf(20) })
    expect(await driftOf(deployed)).toMatchObject([{ count: 1 }])
    const workers = await deployed.work({ queues: ['rindle_maintenance'] })
    await expect.poll(async () => statesOf(await current(application, photo))).toMatchObject({ square: 'stale' })
    expect(statesOf(await current(application, photo))).toEqual({
      square: 'stale',
      tall: 'ready',
      card: 'ready',
      small: 'ready',
    })
    await workers.stop()
    await deployed.regenerateVariants()
    const making = await deployed.work()
    const square = variantOf(await settled(deployed, photo.id), 'square')
    await making.stop()
    expect(square).toMatchObject({ width: 20, recipe: { assetFocus: RED } })
    expect(await driftOf(deployed)).toEqual([])
  })

  it('is heard by the subscribers of the asset', async () => {
    const photo = await readyPhoto(application)
    const { rindle } = application
    const heard: string[] = []
    const subscription = await rindle.subscribe({ assetId: photo.id }, (change) => {
      heard.push(change.type === 'variant' ? `${change.variantName} ${change.state}` : change.type)
    })
    await rindle.setFocus(photo, RED)
    await vi.waitFor(() => expect(heard.toSorted()).toEqual(['asset', 'asset', ...STALE_AND_QUEUED]))
    await subscription.close()
  })
})

const STALE_AND_QUEUED = ['square queued', 'square stale', 'tall queued', 'tall stale']

describe('the focus of an asset', () => {
  it('can be set before it is verified: its variants are made with it at once', async () => {
    const { rindle } = application
    const { id } = await rindle.upload('photo', await markedPicture(), { filename: 'a.png' })
    expect(await rindle.setFocus({ id }, RED)).toMatchObject({ state: 'validating', focus: RED })
    const ready = await made(application, { id })
    expect(focusesOf(ready)).toMatchObject({ square: RED, tall: RED })
    expect(variantOf(ready, 'square').attempt).toBe(1)
  })

  it('can be set while it is quarantined, and where no variant uses it', async () => {
    const { rindle } = application
    const refused = await rindle.upload('photo', await markedPicture(), { filename: 'a.png' })
    await rindle.prisma.$executeRaw`update rindle.media_assets set state = 'quarantined'`
    expect(await rindle.setFocus(refused, RED)).toMatchObject({ state: 'quarantined', focus: RED })
    const plain = await rindle.upload('plain', await markedPicture(), { filename: 'a.png' })
    await made(application, plain)
    expect(await rindle.setFocus(plain, RED)).toMatchObject({ state: 'ready', focus: RED })
  })

  it('is refused outside of the picture, and for an unknown asset', async () => {
    const photo = await application.rindle.upload('photo', await markedPicture(), { filename: 'a.png' })
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
    await expect(rindle.setFocus({ id: '01900000-0000-7000-8000-000000000000' }, RED)).rejects.toMatchObject({
      code: 'not_found',
    })
    expect((await current(application, photo)).focus).toBeNull()
  })

  it('is part of a transaction of the application, or is not there', async () => {
    const photo = await readyPhoto(application)
    const { rindle, databaseUrl } = application
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    await client.query('begin')
    await rindle.setFocus(photo, RED, { tx: fromPgClient(client) })
    await client.query('rollback')
    expect(await current(application, photo)).toEqual(photo)
    await client.query('begin')
    await rindle.setFocus(photo, RED, { tx: fromPgClient(client) })
    await client.query('commit')
    await client.end()
    expect(focusesOf(await made(application, photo))).toMatchObject({ square: RED, tall: RED })
  })

  it('has variants on demand made again if they were made, and leaves purged, failed and cancelled ones', async () => {
    const photo = await readyPhoto(application)
    const { rindle } = application
    await rindle.prisma.$executeRaw`update rindle.media_variants set on_demand = true where name = 'square'`
    await rindle.prisma
      .$executeRaw`update rindle.media_variants set state = 'purged', on_demand = true where name = 'tall'`
    await rindle.setFocus(photo, RED)
    expect(statesOf(await current(application, photo))).toMatchObject({ square: 'queued', tall: 'purged' })
    for (const state of ['failed', 'cancelled']) {
      await rindle.prisma.$executeRaw`update rindle.media_variants set state = ${state} where name = 'tall'`
      await rindle.setFocus(photo, state === 'failed' ? BLUE : RED)
      expect(statesOf(await current(application, photo))).toMatchObject({ square: 'queued', tall: state })
    }
    expect(focusesOf(await current(application, photo))).toMatchObject({ square: RED, tall: undefined })
  })
})

it('an older focus that comes back has the row of its first time, and its URL', async () => {
  const photo = await readyPhoto(application, RED)
  const { rindle } = application
  await rindle.setFocus(photo, BLUE)
  await rindle.setFocus(photo, RED)
  const [square, ...others] = madeOf(await made(application, photo))
  expect(square).toEqual(madeOf(photo)[0])
  expect(others).toHaveLength(3)
})
