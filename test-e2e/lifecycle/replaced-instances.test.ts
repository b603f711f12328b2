import { defineProfile, type JobsAdapter, rindleFromEnv, silentLogger } from '@rindle/core'
import { createTestDatabase } from '@rindle/test-database'
import { memoryJobs, memoryStorage } from '@rindle/testing'
import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => vi.unstubAllEnvs())

it('workers start once where a configuration changes again before the first one has stopped', async () => {
  await using database = await createTestDatabase()
  vi.stubEnv('NODE_ENV', 'development')
  vi.stubEnv('DATABASE_URL', database.url)
  const mayStop = Promise.withResolvers<void>()
  const load = (maxBytes: number, beforeStop?: Promise<void>) => {
    const jobs = memoryJobs()
    const work = vi.fn(jobs.work.bind(jobs))
    const stop = vi.fn(async () => {
      await beforeStop
      await jobs.stop()
    })
    const watched: JobsAdapter = new Proxy(jobs, {
      get(target, name) {
        if (name === 'work') return work
        if (name === 'stop') return stop
        const value: unknown = Reflect.get(target, name)
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
      { name: 'replaced twice' },
    )
    return { rindle, work, stop }
  }
  const first = load(1_000, mayStop.promise)
  await first.rindle.start()
  await first.rindle.work({ queues: ['rindle_purge'] })
  const second = load(2_000)
  expect(second.rindle.profiles.file.accept.maxBytes).toBe(2_000)
  await vi.waitFor(() => expect(first.stop).toHaveBeenCalledOnce())
  const third = load(3_000)
  expect(third.rindle.profiles.file.accept.maxBytes).toBe(3_000)
  await vi.waitFor(() => expect(third.work).toHaveBeenCalledOnce())
  mayStop.resolve()
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(third.work).toHaveBeenCalledOnce()
  expect(second.work).not.toHaveBeenCalled()
  await third.rindle.stop()
})
