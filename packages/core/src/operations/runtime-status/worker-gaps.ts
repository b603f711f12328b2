import { QUEUE_NAMES } from '../../domain/queues.ts'
import type { Runtime } from '../../runtime.ts'
import { isAlive, knownWorkers, type LiveWorker } from '../../workers/live-workers.ts'
import type { Found } from './report.ts'

/** Queues that no living worker serves: all of them when there is no worker, otherwise those with jobs that wait. */
export async function workerGaps(runtime: Runtime, limit: number): Promise<Found> {
  const workers = await knownWorkers(runtime)
  const alive = workers.filter(isAlive)
  const counts = new Map((await runtime.jobs.counts()).map(({ queue, waiting }) => [queue, waiting]))
  const unserved = QUEUE_NAMES.filter(
    (queue) => !alive.some(({ queues }) => queue in queues) && (alive.length === 0 || (counts.get(queue) ?? 0) > 0),
  )
  const examples = unserved.map((queue) => ({
    assetId: null,
    variantName: null,
    sessionId: null,
    queue,
    state: null,
    reason: `${counts.get(queue) ?? 0} jobs wait`,
    ageSeconds: sinceLastWorker(workers, queue),
  }))
  const ages = examples.flatMap(({ ageSeconds }) => ageSeconds ?? [])
  return {
    class: 'no_worker',
    count: unserved.length,
    isAtLeast: false,
    oldestAgeSeconds: ages.length === 0 ? null : Math.max(...ages),
    examples: examples.slice(0, limit),
  }
}

/** How long ago the last worker of the queue was heard of; `null`: not within a day. */
function sinceLastWorker(workers: readonly LiveWorker[], queue: string): number | null {
  const ages = workers.filter(({ queues }) => queue in queues).map(({ beatAgeSeconds }) => beatAgeSeconds)
  return ages.length === 0 ? null : Math.round(Math.min(...ages))
}
