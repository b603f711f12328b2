import type { RunningJob } from '@rindle/core/adapter'
import { createTestDatabase } from '@rindle/test-database'
import { expect, test } from 'vitest'
import { tcpProxy } from './tcp-proxy.ts'
import { ANNOUNCED_ONLY, eventually, jobFor, recordingLogger, testJobs } from './test-jobs.ts'

test('workers continue after their database was away: new jobs at once, running ones after their claim ran out', {
  timeout: 90_000,
}, async () => {
  await using testDatabase = await createTestDatabase()
  await using proxy = await tcpProxy(testDatabase.url)
  await using direct = testJobs(testDatabase.url, { ...ANNOUNCED_ONLY, heartbeatSeconds: 10 })
  const logger = recordingLogger()
  await using jobs = testJobs(proxy.url, { ...ANNOUNCED_ONLY, heartbeatSeconds: 10 }, logger)
  const handled: RunningJob[] = []
  let end = (): void => {}
  const mayEnd = new Promise<void>((resolve) => {
    end = resolve
  })
  const handle = async (job: RunningJob): Promise<void> => {
    handled.push(job)
    if (job.payload['key'] === 'in hand') await mayEnd
  }
  await jobs.enqueue(jobFor('in hand'))
  await jobs.adapter.work([{ queue: 'rindle_promote', concurrency: 1, handle, handleDead: async () => {} }])
  await eventually(() => expect(handled).toHaveLength(1))

  proxy.cut()
  end()
  await eventually(() => expect(logger.lines.join('\n')).toContain('Could not report the result of a job to the queue'))
  await direct.enqueue(jobFor('meanwhile'))
  proxy.restore()

  await eventually(() => expect(handled.map(({ payload }) => payload['key'])).toContain('meanwhile'))
  // A poll is an hour away: only supervision frees the claim, and only the next announcement lets a worker look.
  await eventually(async () => expect(await direct.adapter.counts()).toContainEqual(waiting(1)))
  await direct.enqueue(jobFor('afterwards'))
  await eventually(() => expect(handled).toHaveLength(4))
  expect(handled.filter(({ payload }) => payload['key'] === 'in hand').map(({ attempt }) => attempt)).toEqual([1, 2])
  await eventually(async () => expect(await direct.adapter.counts()).toContainEqual(waiting(0)))
})

function waiting(count: number): unknown {
  return expect.objectContaining({ queue: 'rindle_promote', waiting: count, active: 0, dead: 0 })
}
