import { defineProfile, type JobsAdapter, rindleFromEnv, silentLogger } from '@rindle/core'
import { createTestDatabase } from '@rindle/test-database'
import { memoryJobs, memoryStorage } from '@rindle/testing'
import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => vi.unstubAllEnvs())

/** Loads a configuration of the instance, as a development server does after each change of it. */
function load(name: string, maxBytes: number, beforeStop?: Promise<void>) {
  const jobs = memoryJobs()
  const work = vi.fn(jobs.work.bind(jobs))
  const stop = vi.fn(async () => {
    await beforeStop
    await jobs.stop()
  })
  const watched: JobsAdapter = new Proxy(jobs, {
    get(target, property) {
      if (property === 'work') return work
      if (property === 'stop') return stop
      const value: unknown = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const rindle = rindleFromEnv(
    ['DATABASE_URL'],
    (env) => ({
      database: env.DATABASE_URL,
      storages: { main: memoryStorage() },
      jobs: watched,
      logger: silentLogger,
      profiles: { file: defineProfile({ storage: 'main', accept: { types: ['application/pdf'], maxBytes } }) },
    }),
    { name },
  )
  return { rindle, work, stop }
}

it('all workers move that run, and none that were stopped or refused', async () => {
  await using database = await createTestDatabase()
  vi.stubEnv('NODE_ENV', 'development')
  vi.stubEnv('DATABASE_URL', database.url)
  const { rindle } = load('of many workers', 1_000)
  await rindle.start()
  await rindle.work({ queues: ['rindle_purge'] })
  await rindle.work({ queues: ['rindle_promote'] })
  await (await rindle.work({ queues: ['rindle_fetch'] })).stop()
  await expect(rindle.work({ queues: ['rindle_purge', 'rindle_events'] })).rejects.toMatchObject({ code: 'conflict' })
  const { work } = load('of many workers', 2_000)
  expect(rindle.profiles.file.accept.maxBytes).toBe(2_000)
  const queues = ['rindle_promote', 'rindle_purge']
  await vi.waitFor(async () => {
    const moved = (await rindle.liveWorkers()).flatMap((each) => Object.keys(each.queues))
    expect(moved.toSorted()).toEqual(queues)
  })
  expect(work.mock.calls.flatMap(([registrations]) => registrations.map(({ queue }) => queue)).toSorted()).toEqual(
    queues,
  )
  await rindle.stop()
})

it('workers start once where a configuration changes again before the first one has stopped', async () => {
  await using database = await createTestDatabase()
  vi.stubEnv('NODE_ENV', 'development')
  vi.stubEnv('DATABASE_URL', database.url)
  const mayStop = Promise.withResolvers<void>()
  const first = load('replaced twice', 1_000, mayStop.promise)
  await first.rindle.start()
  await first.rindle.work({ queues: ['rindle_purge'] })
  const second = load('replaced twice', 2_000)
  expect(second.rindle.profiles.file.accept.maxBytes).toBe(2_000)
  await vi.waitFor(() => expect(first.stop).toHaveBeenCalledOnce())
  const third = load('replaced twice', 3_000)
  expect(third.rindle.profiles.file.accept.maxBytes).toBe(3_000)
  await vi.waitFor(() => expect(third.work).toHaveBeenCalledOnce())
  mayStop.resolve()
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(third.work).toHaveBeenCalledOnce()
  expect(second.work).not.toHaveBeenCalled()
  await third.rindle.stop()
})
