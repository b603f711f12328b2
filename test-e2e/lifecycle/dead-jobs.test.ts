import type { WorkerRegistration } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { describe, expect, it, vi } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import { quadrants } from '../support/pictures.ts'

describe('a job whose workers died in every attempt', () => {
  /** The queue's name for it then. */
  function dying(queue: WorkerRegistration['queue'], died: { count: number }, limit: number) {
    const jobs = pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 })
    const work = jobs.work.bind(jobs)
    jobs.work = (registrations) =>
      work(
        registrations.map((registration) => ({
          ...registration,
          handle: async (job) => {
            if (registration.queue !== queue || died.count >= limit) return registration.handle(job)
            died.count += 1
            await registration.handleDead(job)
          },
        })),
      )
    return jobs
  }

  it.each([
    ['rindle_promote', 'validating'],
    ['rindle_process', 'processing'],
    ['rindle_purge', null],
  ] as const)('of %s is handed on, as often as it takes', async (queue, state) => {
    const died = { count: 0 }
    await using mortal = await startApplication({ jobs: dying(queue, died, 3) })
    const { rindle } = mortal
    const owner = { type: 'member', id: 1 }
    const { id } = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg', owner, slot: 'avatar' })
    await mortal.work()
    if (state === null) {
      await settled(rindle, id)
      await rindle.detach(owner, 'avatar')
    }
    const soon = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 })
    if (state !== null) {
      await soon(async () => {
        const asset = await rindle.asset(id)
        const lost = [asset, ...(asset?.variants ?? [])].filter((row) => row?.errorReason === 'worker_died')
        expect(lost[0]).toMatchObject({ waitingSince: expect.any(Date) })
        expect(asset?.state).toBe(state)
      })
    }
    await soon(async () => {
      await makeDue(rindle)
      expect(died.count).toBe(3)
      expect((await rindle.asset(id))?.state).toBe(state === null ? undefined : 'ready')
    })
  })
})
