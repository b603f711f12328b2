import { hostname } from 'node:os'
import { silentLogger } from '@rindle/core'
import { openDatabase } from '@rindle/prisma'
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { startWorkerProcess } from '../support/worker-process.ts'

let application: Application<typeof photoProfiles>

beforeEach(async () => {
  application = await startApplication()
})

afterEach(() => application[Symbol.asyncDispose]())

/** Makes the workers of a process look as if they had been silent for so long. */
async function silentFor(seconds: number, processId: number): Promise<void> {
  await application.rindle.prisma.mediaWorker.updateMany({
    where: { processId },
    data: { beatAt: new Date(Date.now() - seconds * 1_000) },
  })
}

it('workers are known, with host, process and slots, from their start until they stop', async () => {
  const { rindle } = application
  expect(await rindle.liveWorkers()).toEqual([])
  const workers = await rindle.work({ queues: ['rindle_promote', 'rindle_purge'], concurrency: { rindle_promote: 3 } })
  const [known, ...others] = await rindle.liveWorkers()
  expect(known).toMatchObject({
    id: workers.id,
    host: hostname(),
    processId: process.pid,
    queues: { rindle_promote: 3, rindle_purge: 2 },
  })
  expect(known?.beatAgeSeconds).toBeLessThan(5)
  expect(others).toEqual([])
  expect(workers.health().state).toBe('working')
  await workers.stop()
  expect(workers.health().state).toBe('stopped')
  expect(await rindle.liveWorkers()).toEqual([])
})

it('the same call twice, even at once, is one group of workers; after they stop it is another', async () => {
  const { rindle } = application
  const asked = { queues: ['rindle_purge'] } as const
  const [first, second] = await Promise.all([rindle.work(asked), rindle.work({ ...asked, concurrency: {} })])
  expect(second.id).toBe(first.id)
  expect((await rindle.liveWorkers()).map(({ id }) => id)).toEqual([first.id])
  const stopping = first.stop()
  const third = await rindle.work(asked)
  await stopping
  expect((await rindle.liveWorkers()).map(({ id }) => id)).toEqual([third.id])
})

it('a queue is served by one group of an instance; others may serve other queues, and drains go beside them', async () => {
  const { rindle } = application
  const workers = await rindle.work({ queues: ['rindle_promote', 'rindle_purge'] })
  const taken = { code: 'conflict', retryable: false, details: { queues: ['rindle_purge'] } }
  await expect(rindle.work({ queues: ['rindle_purge'] })).rejects.toMatchObject(taken)
  await expect(rindle.work()).rejects.toMatchObject({ code: 'conflict' })
  await rindle.work({ queues: ['rindle_maintenance'] })
  expect(await rindle.liveWorkers()).toHaveLength(2)
  expect(await rindle.drain({ maxSeconds: 20, queues: ['rindle_purge'] })).toMatchObject({ endedBy: 'idle' })
  await workers.stop()
  expect((await rindle.work({ queues: ['rindle_purge'] })).health().state).toBe('working')
})

it('workers that could not start hold no queue', async () => {
  await using bare = await startApplication({ processors: [] })
  const { rindle } = bare
  await expect(rindle.work({ queues: ['rindle_process', 'rindle_purge'] })).rejects.toMatchObject({
    code: 'setup_incomplete',
  })
  expect((await rindle.work({ queues: ['rindle_purge'] })).health().state).toBe('working')
})

it('workers of a killed process are dead after a minute, and forgotten after a day', async () => {
  const { rindle, databaseUrl, directory } = application
  const process = await startWorkerProcess(databaseUrl, directory)
  const [{ processId } = { processId: 0 }] = await rindle.liveWorkers()
  await process.kill()
  await silentFor(55, processId)
  expect(await rindle.liveWorkers()).toHaveLength(1)
  await silentFor(65, processId)
  expect(await rindle.liveWorkers()).toEqual([])
  expect(await rindle.prisma.mediaWorker.count()).toBe(1)
  await silentFor(90_000, processId)
  const workers = await rindle.work()
  expect(await rindle.prisma.mediaWorker.findMany({ select: { id: true } })).toEqual([{ id: workers.id }])
})

it('a process that stops on request says so, and is forgotten after a day', async () => {
  const { rindle, databaseUrl, directory } = application
  const process = await startWorkerProcess(databaseUrl, directory)
  const [{ processId } = { processId: 0 }] = await rindle.liveWorkers()
  expect(await process.stop()).toBe(0)
  expect(await rindle.liveWorkers()).toEqual([])
  expect(await rindle.prisma.mediaWorker.findMany()).toMatchObject([{ processId, stoppedAt: expect.any(Date) }])
  await silentFor(90_000, processId)
  const workers = await rindle.work()
  expect(await rindle.prisma.mediaWorker.findMany({ select: { id: true } })).toEqual([{ id: workers.id }])
})

it('the last worker of a queue is told as it ended: it stopped, or it died, and how long ago', async () => {
  const { rindle, databaseUrl, directory } = application
  const lastOf = async (): Promise<string | undefined> => {
    const { checks } = await rindle.doctor({ profiles: [] })
    return checks.find(({ id }) => id === 'workers.promote')?.summary
  }
  const killed = await startWorkerProcess(databaseUrl, directory)
  const [{ processId } = { processId: 0 }] = await rindle.liveWorkers()
  await killed.kill()
  await silentFor(300, processId)
  expect(await lastOf()).toMatch(new RegExp(`the last one, process ${processId} on \\S+, died 30\\d s ago: `))
  const workers = await rindle.work()
  await workers.stop()
  // Not that of the process that had died before.
  expect(await lastOf()).toMatch(new RegExp(`the last one, process ${process.pid} on \\S+, stopped \\d s ago: `))
})

it('an instance that stops takes its workers along', async () => {
  const other = await application.another()
  void other.work()
  await other.stop()
  expect(await application.rindle.prisma.mediaWorker.count({ where: { stoppedAt: null } })).toBe(0)
})

it('a beat makes workers that were silent for long alive again', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const { rindle } = application
  await rindle.work({ queues: ['rindle_purge'] })
  await silentFor(300, process.pid)
  expect(await rindle.liveWorkers()).toEqual([])
  await vi.advanceTimersByTimeAsync(15_000)
  await vi.waitFor(async () => expect(await rindle.liveWorkers()).toHaveLength(1), { timeout: 10_000 })
})

it('heartbeats continue after the database was away, and write a removed row again', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const { rindle, databaseUrl } = application
  const warnings: string[] = []
  const logger = { ...silentLogger, warn: (_fields: object, message: string) => void warnings.push(message) }
  const worked = await application.another({ logger })
  const workers = await worked.work({ queues: ['rindle_purge'] })
  const before = workers.health()

  await setAllowed(databaseUrl, false)
  await vi.advanceTimersByTimeAsync(15_000)
  await vi.waitFor(() => expect(warnings).toContain('Workers could not tell the database that they are alive.'), {
    timeout: 10_000,
  })
  expect(workers.health().beatAt).toEqual(before.beatAt)
  expect(workers.health().triedAt.getTime()).toBeGreaterThan(before.triedAt.getTime())

  await setAllowed(databaseUrl, true)
  await rindle.prisma.mediaWorker.deleteMany()
  await vi.advanceTimersByTimeAsync(15_000)
  await vi.waitFor(async () => expect(await rindle.liveWorkers()).toMatchObject([{ id: workers.id }]), {
    timeout: 10_000,
  })
  expect(workers.health().beatAt.getTime()).toBeGreaterThan(before.beatAt.getTime())
})

/** Lets connections into the database, or throws all out and keeps them out. */
async function setAllowed(databaseUrl: string, isAllowed: boolean): Promise<void> {
  const url = new URL(databaseUrl)
  const name = url.pathname.slice(1)
  url.pathname = '/postgres'
  const admin = openDatabase(url.href, { maxConnections: 1 })
  await admin.executeSql(`alter database "${name}" allow_connections ${isAllowed}`)
  if (!isAllowed) {
    await admin.executeSql('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
  }
  await admin.close()
}
