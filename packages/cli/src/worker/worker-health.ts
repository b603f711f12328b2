import type { Rindle, RunningWorkers } from '@rindle/core'
import { type Acknowledgement, liveness, readiness } from './health.ts'
import { type HealthAddress, type HealthServer, startHealthServer } from './health-server.ts'

const DATABASE_TIMEOUT_MS = 2_000

/** The probes of a worker process. */
export interface WorkerHealth extends HealthServer {
  /** Tells it of the workers, when they run. */
  watch(workers: RunningWorkers): void
}

/** Answers `/healthz` and `/readyz` from now on; not ready until there are workers. `invalid_input`. */
export async function startWorkerHealth(rindle: Rindle, address: HealthAddress): Promise<WorkerHealth> {
  let workers: RunningWorkers | undefined
  let asking: Promise<Acknowledgement> | undefined
  const acknowledged = async (): Promise<Acknowledgement | undefined> => {
    if (workers?.health().state !== 'working') return undefined
    const { id } = workers
    // However many probes come, the database is asked once at a time.
    asking ??= acknowledgementOf(rindle, id).finally(() => {
      asking = undefined
    })
    return withinTime(asking)
  }
  const server = await startHealthServer(address, {
    '/healthz': async () => liveness(workers?.health(), new Date()),
    '/readyz': async () => {
      const acknowledgement = await acknowledged()
      return readiness(workers?.health(), acknowledgement)
    },
  })
  return {
    ...server,
    watch: (started) => {
      workers = started
    },
  }
}

async function acknowledgementOf(rindle: Rindle, id: string): Promise<Acknowledgement> {
  try {
    const live = await rindle.liveWorkers()
    return live.some((worker) => worker.id === id) ? 'known' : 'unknown'
  } catch {
    // Why is in the log of the workers, who ask all the time.
    return 'unreachable'
  }
}

async function withinTime(asking: Promise<Acknowledgement>): Promise<Acknowledgement> {
  const { promise: timeout, resolve } = Promise.withResolvers<Acknowledgement>()
  const timer = setTimeout(() => resolve('unreachable'), DATABASE_TIMEOUT_MS)
  try {
    return await Promise.race([asking, timeout])
  } finally {
    clearTimeout(timer)
  }
}
