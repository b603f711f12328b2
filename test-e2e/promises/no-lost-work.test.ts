import { expect, it, vi } from 'vitest'
import { startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

it('each variant that waits has a job, from the commit of its row on', async () => {
  await using application = await startApplication()
  const { rindle } = application
  const { id } = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg' })
  const promoters = await application.work({ queues: ['rindle_promote'] })
  const variants = await vi.waitFor(
    async () => {
      const planned = (await rindle.asset(id))?.variants ?? []
      expect(planned.length).toBeGreaterThan(0)
      return planned
    },
    { timeout: 10_000, interval: 10 },
  )
  await promoters.stop()
  expect(variants.map(({ state }) => state)).toEqual(variants.map(() => 'queued'))
  expect((await rindle.checkInvariants()).violations).toEqual([])
})
