import { hostname } from 'node:os'
import type { WorkerRegistration, Workers } from '../ports/jobs.ts'
import type { Runtime } from '../runtime.ts'
import { Heartbeat } from './heartbeat.ts'
import type { RunningWorkers, WorkersHealth } from './running-workers.ts'

/** Starts workers and their heartbeat; when that cannot begin, the workers stop again. */
export function startWorkers(runtime: Runtime, registrations: readonly WorkerRegistration[]): Promise<RunningWorkers> {
  const starting = start(runtime, registrations)
  const forget = (): boolean => runtime.workers.delete(starting)
  // Known at once: `stop` of the instance waits for workers that are just starting.
  runtime.workers.add(starting)
  starting.catch(forget)
  return starting.then((workers) => ({ ...workers, stop: (options) => workers.stop(options).finally(forget) }))
}

/** Stops all workers of the instance, those that are just starting included. */
export async function stopWorkers({ workers }: Pick<Runtime, 'workers'>): Promise<void> {
  // One that could not start has told its caller.
  const groups = await Promise.allSettled(workers)
  await Promise.all(groups.flatMap((group) => (group.status === 'fulfilled' ? [group.value.stop()] : [])))
  workers.clear()
}

async function start(runtime: Runtime, registrations: readonly WorkerRegistration[]): Promise<RunningWorkers> {
  const workers = await runtime.jobs.work(registrations)
  const id = runtime.newId()
  const queues = Object.fromEntries(registrations.map(({ queue, concurrency }) => [queue, concurrency]))
  const facts = { id, host: hostname(), processId: process.pid, queues }
  const heartbeat = await Heartbeat.start(runtime, facts).catch(async (error: unknown) => {
    await workers.stop()
    throw error
  })
  let state: WorkersHealth['state'] = 'working'
  let stopped: Promise<void> | undefined
  const stop = async (options: Parameters<Workers['stop']>[0]): Promise<void> => {
    state = 'draining'
    // First: they take no more jobs.
    await Promise.all([heartbeat.stop(), workers.stop(options)])
    state = 'stopped'
  }
  return {
    id,
    health: () => ({ state, beatAt: heartbeat.beatAt, triedAt: heartbeat.triedAt }),
    stop: (options) => {
      stopped ??= stop(options)
      return stopped
    },
  }
}
