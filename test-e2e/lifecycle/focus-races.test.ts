import { faultyStorage } from '@rindle/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { deploy, statesOf } from '../operations/deployment.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { byRunLength } from '../support/run-length.ts'
import {
  BLUE,
  current,
  driftOf,
  emptied,
  focusesOf,
  made,
  markedPicture,
  type Photos,
  pixelsOf,
  profiles,
  RED,
  readyPhoto,
  shows,
  variantOf,
} from './focused-photos.ts'

const ROUNDS = byRunLength('rounds of focuses that are moved by many', { sample: 5, short: 20, long: 200 })
const PURGES = byRunLength('purges beside focuses that are moved', { sample: 3, short: 10, long: 100 })

let application: Application<Photos>

beforeAll(async () => {
  application = await startApplication({ profiles })
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(() => emptied(application))

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
    const { id } = await rindle.upload('photo', await markedPicture(), { filename: 'a.png' })
    await rindle.setFocus({ id }, BLUE)
    await storing
    await application.rindle.setFocus({ id }, RED)
    expect(statesOf(await current(application, { id }))).toMatchObject({ square: 'processing' })
    store()
    await vi.waitFor(
      async () => expect(focusesOf(await settled(rindle, id))).toMatchObject({ square: RED, tall: RED }),
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
    const photo = await readyPhoto(application)
    const { rindle } = application
    await rindle.setFocus(photo, BLUE)
    await rindle.prisma.$executeRaw`
      update rindle.media_variants set waiting_since = now(), error_reason = 'storage_unavailable' where name = 'tall'`
    await rindle.setFocus(photo, RED)
    // Whatever it waits for, it goes on waiting for it.
    expect(variantOf(await current(application, photo), 'tall')).toMatchObject({
      state: 'queued',
      errorReason: 'storage_unavailable',
      waitingSince: expect.any(Date),
      recipe: { assetFocus: RED },
    })
    const ready = await made(application, photo)
    expect(focusesOf(ready)).toMatchObject({ square: RED, tall: RED })
    expect(['square', 'tall'].map((name) => variantOf(ready, name).attempt)).toEqual([2, 2])
  })

  it('by many at once, beside workers, is that of every crop in the end', { timeout: 120_000 }, async () => {
    const photo = await readyPhoto(application)
    const { rindle } = application
    const other = await application.another()
    const workers = [await rindle.work(), await other.work()]
    for (let round = 0; round < ROUNDS; round += 1) {
      const moves = [0.1, 0.3, 0.5, 0.7, 0.9].map((x, place) =>
        (place % 2 === 0 ? rindle : other).setFocus(photo, { x, y: (round % 10) / 10 }),
      )
      await Promise.all(moves)
    }
    await vi.waitFor(
      async () => {
        const { focus, state } = await current(application, photo)
        expect(state).toBe('ready')
        expect(focusesOf(await current(application, photo))).toMatchObject({ square: focus, tall: focus })
      },
      { timeout: 60_000, interval: 20 },
    )
    for (const each of workers) await each.stop()
    const ready = await current(application, photo)
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
      const { id } = await rindle.upload('photo', await markedPicture(), { filename: 'a.png', owner, slot: 'cover' })
      await settled(rindle, id)
      const moving = [RED, BLUE, RED].map((focus) =>
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
