import { once } from 'node:events'
import { RindleError, type Scanner } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { faultyStorage } from '@rindle/testing'
import { expect, it, vi } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import { photo } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

it.each(['closed', 'open'] as const)(
  'a worker that stops during the last scan says nothing about the file, though the scanner fails %s',
  async (failMode) => {
    const isLastScan = Promise.withResolvers<void>()
    let scans = 0
    const scanner: Scanner = {
      name: 'slow',
      failMode,
      scan: async ({ signal }) => {
        scans += 1
        if (scans < 3) throw new Error('The scanner is away.')
        if (scans > 3) return { accepted: true }
        isLastScan.resolve()
        await once(signal, 'abort')
        throw new Error('The scan was stopped.')
      },
    }
    await using application = await startApplication({
      profiles: { photo: { ...photo, scanners: [scanner] } },
      jobs: pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }),
    })
    const { rindle } = application
    const { id } = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg' })
    const workers = await application.work()
    await isLastScan.promise
    await workers.stop({ timeoutMs: 0 })
    expect(await rindle.asset(id)).toMatchObject({ state: 'validating' })
    await application.work()
    expect(await settled(rindle, id)).toMatchObject({ state: 'ready' })
    expect(scans).toBe(4)
  },
)

it('a scanner that fails open lets a file pass on the third attempt, and not for what the storage met', async () => {
  let scans = 0
  const open: Scanner = {
    name: 'open',
    failMode: 'open',
    scan: async ({ open: openBytes, signal }) => {
      scans += 1
      const body = await openBytes()
      body.destroy()
      if (body.destroyed && !body.closed) await once(body, 'close', { signal })
      throw new Error('The scanner is away.')
    },
  }
  let isStorageAway = true
  await using careless = await startApplication({
    profiles: { photo: { ...photo, scanners: [open] } },
    jobs: pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }),
    wrapStorage: (storage) => ({
      ...faultyStorage(storage, { onCall: () => undefined }),
      get: async (key, options) => {
        // The gate reads a range, the scanner everything.
        if (isStorageAway && options?.range === undefined) throw new RindleError('storage_unavailable', 'Away.')
        return storage.get(key, options)
      },
    }),
  })
  const { rindle } = careless
  const { id } = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg' })
  await careless.work()
  await vi.waitFor(
    async () => {
      await makeDue(rindle)
      expect(scans).toBeGreaterThan(4)
    },
    { timeout: 20_000, interval: 20 },
  )
  expect(await rindle.asset(id)).toMatchObject({ state: 'validating', errorReason: 'storage_unavailable' })
  isStorageAway = false
  const before = scans
  await vi.waitFor(
    async () => {
      await makeDue(rindle)
      expect(await rindle.asset(id)).toMatchObject({ state: 'ready' })
    },
    { timeout: 20_000, interval: 20 },
  )
  expect(scans - before).toBeLessThanOrEqual(4)
})
