import { counted } from '../../domain/counted.ts'
import type { QueueName } from '../../domain/queues.ts'
import { hasDrained, isAlive, type KnownWorker, lastSeen } from '../../jobs/live-workers.ts'
import type { QueueCounts } from '../../ports/jobs.ts'
import { type Found, foundAll, NO_SUBJECT, type QueueStatus, type StatusExample } from './report.ts'
import type { StatusSettings } from './settings.ts'

/** The queues with their workers. Pure. */
export function queueStatuses(counts: readonly QueueCounts[], workers: readonly KnownWorker[]): readonly QueueStatus[] {
  return counts.map(({ queue, waiting, oldestWaitSeconds, active, dead, oldestDeadSeconds }) => ({
    queue,
    waiting,
    oldestWaitSeconds: oldestWaitSeconds === null ? null : Math.round(oldestWaitSeconds),
    running: active,
    dead,
    oldestDeadSeconds: oldestDeadSeconds === null ? null : Math.round(oldestDeadSeconds),
    workers: workers.filter((worker) => isAlive(worker) && worker.queues[queue] !== undefined).length,
  }))
}

/** Finds problems of the queues. Pure. */
export function queueClasses(
  queues: readonly QueueStatus[],
  workers: readonly KnownWorker[],
  settings: StatusSettings,
): readonly Found[] {
  return [noWorker(queues, workers, settings), deadJobs(queues, settings), backlog(queues, settings)]
}

/**
 * Queues that no living worker serves: all of them when there is no worker, otherwise those with jobs. A deploy stops
 * workers, too, so the length of the gap counts.
 */
function noWorker(
  queues: readonly QueueStatus[],
  workers: readonly KnownWorker[],
  { limit, thresholdOf }: StatusSettings,
): Found {
  const isAnyAlive = workers.some(isAlive)
  const isDrained = ({ queue }: QueueStatus): boolean =>
    workers.some((worker) => hasDrained(worker) && worker.queues[queue] !== undefined)
  const isUnserved = (queue: QueueStatus): boolean =>
    queue.workers === 0 && (!isAnyAlive || queue.waiting + queue.dead > 0) && !isDrained(queue)
  const unserved = queues.filter(isUnserved)
  const examples = unserved.map((status) => unservedQueue(status, workers))
  const isLong = ({ ageSeconds }: StatusExample): boolean =>
    ageSeconds === null || ageSeconds >= thresholdOf('no_worker')
  return foundAll('no_worker', examples.filter(isLong), limit)
}

/** How long it has been unserved, as far as known: since the last worker, or else since its oldest job. */
function unservedQueue(
  { queue, waiting, oldestWaitSeconds }: QueueStatus,
  workers: readonly KnownWorker[],
): StatusExample {
  // The latest sign of life first.
  const last = workers.find(({ queues }) => queues[queue] !== undefined)
  const age = last === undefined ? oldestWaitSeconds : (last.stoppedAgeSeconds ?? last.beatAgeSeconds)
  const whoWas = last === undefined ? '' : `; the last worker was ${lastSeen(last)}`
  const who = refusal(workers, queue) ?? whoWas
  return {
    ...NO_SUBJECT,
    queue,
    message: `${jobsWait(waiting)}${who}`,
    ageSeconds: age === null ? null : Math.round(age),
  }
}

/** The reason for which a living worker does not serve it. */
function refusal(workers: readonly KnownWorker[], queue: QueueName): string | undefined {
  const refuser = workers.find((worker) => isAlive(worker) && worker.refused[queue] !== undefined)
  if (refuser === undefined) return undefined
  return `; process ${refuser.processId} on ${refuser.host} cannot: ${refuser.refused[queue]}`
}

/** Queues whose workers do not handle their dead letters, which normally takes seconds. */
function deadJobs(queues: readonly QueueStatus[], { limit, thresholdOf }: StatusSettings): Found {
  const examples = queues
    .filter(({ workers, oldestDeadSeconds }) => workers > 0 && (oldestDeadSeconds ?? -1) >= thresholdOf('dead_job'))
    .map(({ queue, dead, oldestDeadSeconds }) => ({
      ...NO_SUBJECT,
      queue,
      message: `${counted(dead, 'job')} died, and could not be handled`,
      ageSeconds: oldestDeadSeconds,
    }))
  return foundAll('dead_job', examples, limit)
}

/** Queues whose oldest job has waited for long although workers serve them. */
function backlog(queues: readonly QueueStatus[], { limit, thresholdOf }: StatusSettings): Found {
  const examples = queues
    .filter(({ workers, oldestWaitSeconds }) => workers > 0 && (oldestWaitSeconds ?? -1) >= thresholdOf('backlog'))
    .map(({ queue, waiting, oldestWaitSeconds, running, workers }) => ({
      ...NO_SUBJECT,
      queue,
      message: `${jobsWait(waiting)}; ${running} ${running === 1 ? 'runs' : 'run'}, on ${counted(workers, 'worker')}`,
      ageSeconds: oldestWaitSeconds,
    }))
  return foundAll('backlog', examples, limit)
}

function jobsWait(count: number): string {
  if (count === 0) return 'no job waits'
  return count === 1 ? '1 job waits' : `${count} jobs wait`
}
