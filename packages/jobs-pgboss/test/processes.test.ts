import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { DeadJob, RunningJob } from '@rindle/core/adapter'
import { createTestDatabase } from '@rindle/test-database'
import { describe, expect, test, vi } from 'vitest'
import { eventually, FAST, jobFor, testJobs } from './test-jobs.ts'
import type { Began } from './worker-process.ts'

interface WorkerProcess extends AsyncDisposable {
  readonly child: ChildProcess
  readonly began: Began['began'][]
  /** Resolves to what ended it: an exit code or a signal. */
  readonly ended: Promise<unknown>
}

function startProcess(url: string, program = 'worker-process.ts'): WorkerProcess {
  const child = fork(new URL(program, import.meta.url), [url], { stdio: 'inherit', timeout: 60_000 })
  const ended = once(child, 'exit').then(([code, signal]: unknown[]) => code ?? signal)
  const began: Began['began'][] = []
  child.on('message', (message) => began.push((message as Began).began))
  return {
    child,
    began,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

describe('a worker process that is killed', () => {
  test('loses its jobs within a minute to another: tried again, or handed over as dead', {
    timeout: 90_000,
  }, async () => {
    await using testDatabase = await createTestDatabase()
    await using survivor = testJobs(testDatabase.url, { ...FAST, heartbeatSeconds: 10 })
    const [promote, purge] = await survivor.enqueue(jobFor('a'), jobFor('b', 'rindle_purge'))
    await using victim = startProcess(testDatabase.url)
    await eventually(() => expect(victim.began).toHaveLength(2))
    expect(victim.began.find(({ key }) => key === 'a')).toMatchObject({ id: promote, attempt: 1 })
    expect(victim.began.find(({ key }) => key === 'b')).toMatchObject({ id: purge, isLastAttempt: true })

    victim.child.kill('SIGKILL')
    expect(await victim.ended).toBe('SIGKILL')
    const killedAt = performance.now()
    const handled: RunningJob[] = []
    const died: DeadJob[] = []
    const handle = async (job: RunningJob): Promise<void> => void handled.push(job)
    const handleDead = async (job: DeadJob): Promise<void> => void died.push(job)
    await survivor.adapter.work([
      { queue: 'rindle_promote', concurrency: 1, handle, handleDead },
      { queue: 'rindle_purge', concurrency: 1, handle, handleDead },
    ])
    await vi.waitFor(() => expect([handled.length, died.length]).toEqual([1, 1]), { timeout: 60_000 })
    expect(performance.now() - killedAt).toBeLessThan(60_000)
    expect(handled).toMatchObject([{ id: promote, attempt: 2, payload: { key: 'a' } }])
    expect(died).toEqual([{ id: purge, queue: 'rindle_purge', key: 'b', payload: { key: 'b' } }])
  })
})

describe('two worker processes', () => {
  test('share a backlog, do each job once, and end by themselves when they are stopped', async () => {
    await using testDatabase = await createTestDatabase()
    await using jobs = testJobs(testDatabase.url)
    const keys = Array.from({ length: 100 }, (_, index) => `job-${index}`)
    await jobs.enqueue(...keys.map((key) => jobFor(key)))
    await using one = startProcess(testDatabase.url)
    await using other = startProcess(testDatabase.url)
    const both = [one, other]
    await eventually(() => expect(both.map(({ began }) => began.length)).toEqual([1, 1]))
    for (const { child } of both) child.send('go')
    const begun = (): string[] => both.flatMap(({ began }) => began.map(({ key }) => key))
    await eventually(async () => expect((await jobs.adapter.findLive('rindle_promote', keys)).size).toBe(0))
    await eventually(() => expect(begun()).toHaveLength(keys.length))
    expect(new Set(begun())).toEqual(new Set(keys))
    for (const { child } of both) child.send('stop')
    expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0])
  })
})

describe('a process that only enqueues', () => {
  test('ends by itself after its last job, even if it never stops or closes anything', {
    timeout: 90_000,
  }, async () => {
    await using testDatabase = await createTestDatabase()
    await using enqueuing = startProcess(testDatabase.url, 'enqueue-program.ts')
    expect(await enqueuing.ended).toBe(0)
    await using jobs = testJobs(testDatabase.url)
    expect((await jobs.adapter.findLive('rindle_promote', ['a'])).size).toBe(1)
  })
})
