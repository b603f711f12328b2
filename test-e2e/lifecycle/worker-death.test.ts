import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { makeDue, passTime } from '../support/make-due.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'
import { startWorkerProcess } from '../support/worker-process.ts'

const UPLOADS = byRunLength('uploads that two workers share', { sample: 10, short: 24, long: 24 })

let application: Application<typeof photoProfiles>

beforeAll(async () => {
  application = await startApplication()
})
afterAll(async () => application[Symbol.asyncDispose]())

it('two worker processes share the work, and the death of one loses nothing', { timeout: 150_000 }, async () => {
  const { rindle, databaseUrl, directory } = application
  const picture = await quadrants(1_600, 1_200)
  const [doomed, survivor] = await Promise.all([
    startWorkerProcess(databaseUrl, directory),
    startWorkerProcess(databaseUrl, directory),
  ])
  const ids: string[] = []
  for (let count = 0; count < UPLOADS; count += 1) {
    ids.push((await rindle.upload('photo', picture, { filename: 'a.jpg' })).id)
  }
  const workersOf = async (state: 'processing' | 'succeeded') =>
    rindle.prisma.mediaProcessingRun.groupBy({ by: ['worker'], where: { state, variantName: { not: null } } })
  await vi.waitFor(
    async () => {
      expect(await workersOf('succeeded')).toHaveLength(2)
      expect(await workersOf('processing')).toHaveLength(2)
    },
    { timeout: 30_000, interval: 5 },
  )
  await doomed.kill()

  // Until only the work of the dead one is left: the claims of the survivor hold.
  await vi.waitFor(async () => expect((await workersOf('processing')).length).toBeLessThan(2), {
    timeout: 60_000,
    interval: 20,
  })
  await passTime(rindle)
  await vi.waitFor(
    async () => {
      await makeDue(rindle)
      expect(await rindle.prisma.mediaAsset.count({ where: { state: 'ready' } })).toBe(ids.length)
    },
    { timeout: 60_000, interval: 100 },
  )
  expect(await survivor.stop()).toBe(0)
  expect(await rindle.checkInvariants()).toMatchObject({
    violationCount: 0,
    checked: { assets: ids.length, variants: ids.length * 3 },
  })
})
