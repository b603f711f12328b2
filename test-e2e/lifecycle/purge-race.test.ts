import { defineProfile } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { faultyStorage } from '@rindle/testing'
import { expect, it, vi } from 'vitest'
import { startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    variants: { thumb: image.crop(32, 32, { format: 'webp' }) },
    slots: { cover: 'one' },
  }),
}

it('an output that a cancelled job stores after the purge has deleted everything is deleted too', async () => {
  const [storing, purged] = [new Stop(), new Stop()]
  await using application = await startApplication({
    profiles,
    wrapStorage: (storage) =>
      faultyStorage(
        // Its bytes are on the way when the job is cancelled.
        { ...storage, put: (key, body, { signal: _, ...options }) => storage.put(key, body, options) },
        {
          onCall: async (point, [key = '']) => {
            if (point === 'put:before' && key.includes('thumb')) await storing.pass()
            if (point === 'deleteMany:after') await purged.pass()
          },
        },
      ),
  })
  const { rindle, storage } = application
  const owner = { type: 'album', id: 1 }
  const { id } = await rindle.upload('photo', await quadrants(64, 64), { filename: 'a.jpg', owner, slot: 'cover' })
  const makers = await rindle.work({ queues: ['rindle_promote', 'rindle_process'] })
  await storing.reached
  await rindle.cancelProcessing(id)
  await rindle.detach(owner, 'cover')
  await (await application.another()).work({ queues: ['rindle_purge'] })
  await purged.reached
  storing.go()
  await makers.stop()
  purged.go()
  await vi.waitFor(async () => expect(await rindle.asset(id)).toBeNull(), { timeout: 10_000 })
  expect(await Array.fromAsync(storage.list(''))).toEqual([])
})

/** A place where the first that comes waits. */
class Stop {
  readonly #reached = Promise.withResolvers<void>()
  readonly #gone = Promise.withResolvers<void>()
  readonly reached: Promise<void> = this.#reached.promise

  async pass(): Promise<void> {
    this.#reached.resolve()
    await this.#gone.promise
  }

  go(): void {
    this.#gone.resolve()
  }
}
