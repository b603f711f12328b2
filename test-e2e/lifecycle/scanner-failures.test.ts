import { once } from 'node:events'
import type { Scanner } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { expect, it } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
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
