import { GAUGES, isRindleError, type Rindle, type RunningWorkers } from '@rindle/core'
import { type Acknowledgement, type HealthAnswer, liveness, readiness } from './health.ts'
import { type HealthAddress, type HealthServer, startHealthServer, type TextAnswer } from './health-server.ts'
import { OPEN_METRICS_TYPE, openMetrics } from './open-metrics.ts'

const DATABASE_TIMEOUT_MS = 2_000

/** The probes of a worker process. */
export interface WorkerHealth extends HealthServer {
  /** Starts to watch the workers, once they run. */
  watch(workers: RunningWorkers): void
}

/** Answers `/healthz`, `/readyz` and `/metrics` from now on; not ready until there are workers. `invalid_input`. */
export async function startWorkerHealth(rindle: Rindle, address: HealthAddress): Promise<WorkerHealth> {
  let workers: RunningWorkers | undefined
  let asking: Promise<Acknowledgement> | undefined
  const acknowledged = async (): Promise<Acknowledgement | undefined> => {
    if (workers?.health().state !== 'working') return undefined
    const { id } = workers
    // However many probes come, there is only one question to the database at a time.
    asking ??= acknowledgementOf(rindle, id).finally(() => {
      asking = undefined
    })
    return orUnreachable(asking)
  }
  const server = await startHealthServer(address, {
    '/healthz': async () => liveness(workers?.health(), new Date()),
    '/readyz': async () => {
      const acknowledgement = await acknowledged()
      return readiness(workers?.health(), acknowledgement)
    },
    '/metrics': () => metricsOf(rindle),
  })
  return {
    ...server,
    watch: (started) => {
      workers = started
    },
  }
}

/** The current gauges; the instance makes sure that no scrape can load the database, and that none hangs. */
async function metricsOf(rindle: Rindle): Promise<TextAnswer | HealthAnswer> {
  try {
    const text = openMetrics(GAUGES, await rindle.gauges())
    return { status: 200, contentType: OPEN_METRICS_TYPE, text }
  } catch (error) {
    // Only the code, because messages name hosts. The workers log the rest, because they ask all the time.
    return { status: 503, body: { status: 'unavailable', reason: isRindleError(error) ? error.code : 'unexpected' } }
  }
}

async function acknowledgementOf(rindle: Rindle, id: string): Promise<Acknowledgement> {
  try {
    const live = await rindle.liveWorkers()
    return live.some((worker) => worker.id === id) ? 'known' : 'unknown'
  } catch {
    // The workers log the reason, because they ask all the time.
    return 'unreachable'
  }
}

async function orUnreachable(asking: Promise<Acknowledgement>): Promise<Acknowledgement> {
  const { promise: timeout, resolve } = Promise.withResolvers<Acknowledgement>()
  const timer = setTimeout(() => resolve('unreachable'), DATABASE_TIMEOUT_MS)
  try {
    return await Promise.race([asking, timeout])
  } finally {
    clearTimeout(timer)
  }
}
