import type { JobsAdapter } from '@rindle/core'
import type { RunningJob } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { quickProcessor } from './quick-processor.ts'

/** Handlers of the fast variants, in the order in which they came; each begins when it is let. */
const held: { readonly job: RunningJob; readonly let: () => void; readonly ended: Promise<void> }[] = []
const mayFail = Promise.withResolvers<void>()

let application: Application<typeof photoProfiles>
beforeAll(async () => {
  const real = quickProcessor()
  application = await startApplication({
    profiles: { photo: { ...photoProfiles.photo, variants: onlyFast() } },
    jobs: holding(pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 })),
    processors: [
      {
        ...real,
        process: async (request) => {
          if (request.signal.aborted) await mayFail.promise
          await real.process(request)
        },
      },
    ],
  })
})
afterAll(async () => application[Symbol.asyncDispose]())

function onlyFast(): typeof photoProfiles.photo.variants {
  const { thumb } = photoProfiles.photo.variants
  return { thumb } as typeof photoProfiles.photo.variants
}

/** The same jobs, with handlers of variants that wait. */
function holding(jobs: JobsAdapter): JobsAdapter {
  const work: JobsAdapter['work'] = (registrations) =>
    jobs.work(
      registrations.map((registration) => {
        if (registration.queue !== 'rindle_process') return registration
        const handle = async (job: RunningJob): Promise<void> => {
          const begins = Promise.withResolvers<void>()
          const ended = Promise.withResolvers<void>()
          held.push({ job, let: begins.resolve, ended: ended.promise })
          await begins.promise
          await registration.handle(job).finally(ended.resolve)
        }
        return { ...registration, concurrency: 4, handle }
      }),
    )
  return new Proxy(jobs, {
    get: (target, name) => {
      if (name === 'work') return work
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}

const soon = (check: () => void | Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 5 })

it('what a cancelled job has claimed that was queued again meanwhile gets a job of its own', async () => {
  const { rindle } = application
  const { id } = await rindle.upload('photo', await quadrants(8, 8), { filename: 'a.jpg' })
  await application.work()
  await soon(() => expect(held).toHaveLength(1))
  await rindle.cancelProcessing(id)
  await rindle.requeueVariants(id)
  await soon(() => expect(held).toHaveLength(2))
  const [cancelled, next] = held
  await soon(() => expect(cancelled?.job.signal.aborted).toBe(true))
  cancelled?.let()
  await soon(async () => expect((await rindle.asset(id))?.variants).toMatchObject([{ state: 'processing' }]))
  next?.let()
  await next?.ended
  mayFail.resolve()
  await cancelled?.ended.catch(() => {})
  await soon(() => expect(held).toHaveLength(3))
  expect((await rindle.checkInvariants()).violations).toEqual([])
  held[2]?.let()
  expect((await settled(rindle, id)).state).toBe('ready')
})
