import { type JobsAdapter, QUEUE_NAMES, RindleError } from '@rindle/core'
import { assertQueue, assertRegistrations, type JobsCapability } from '@rindle/core/adapter'
import { MemoryQueue } from './memory-jobs/memory-queue.ts'
import { MemoryWorkers } from './memory-jobs/memory-workers.ts'

const CAPABILITIES: readonly JobsCapability[] = ['cancel', 'dead_letter']

/** Options of {@link memoryJobs}. */
export interface MemoryJobsOptions {
  /**
   * Delay between attempts.
   * @default 0
   */
  readonly retryDelayMs?: number
}

/**
 * Jobs for tests, in the memory of this process; they live as long as the value. They take part in no transaction of a
 * database: a job exists as soon as it is enqueued, even if the transaction then rolls back, so `transactional_enqueue`
 * is not declared. A handler must tolerate that its rows do not exist, or do not exist yet.
 */
export function memoryJobs({ retryDelayMs = 0 }: MemoryJobsOptions = {}): JobsAdapter {
  const jobs = new MemoryQueue()
  const groups = new Set<MemoryWorkers>()
  // Not at once: the caller has the jobs' ids before the first of them begins.
  const wake = (): void => {
    setImmediate(() => {
      for (const workers of groups) workers.wake()
    })
  }
  return {
    name: 'memory',
    capabilities: new Set(CAPABILITIES),
    connect: () => {},
    start: async () => {},
    async stop() {
      await Promise.all([...groups].map((workers) => workers.stop()))
    },
    async enqueue(requests) {
      for (const { queue } of requests) assertQueue(queue)
      const ids = requests.map((request) => jobs.add(request))
      wake()
      for (const { delaySeconds = 0 } of requests) {
        // A moment more than requested: a timer may be early, and nothing else looks for due jobs.
        if (delaySeconds > 0) setTimeout(wake, delaySeconds * 1_000 + 5).unref()
      }
      return ids
    },
    async cancel(queue, keys) {
      assertQueue(queue)
      for (const { id, abort } of jobs.remove(queue, keys)) {
        abort.abort(new RindleError('conflict', `Job ${id} was cancelled.`, { retryable: false }))
      }
    },
    async work(registrations, options = {}) {
      assertRegistrations(registrations)
      const workers = new MemoryWorkers(jobs, registrations, { retryDelayMs, ...options })
      groups.add(workers)
      wake()
      return {
        isIdle: () => workers.isIdle(),
        async stop(stopping) {
          await workers.stop(stopping)
          groups.delete(workers)
          // Other workers may take the jobs that it gave back.
          wake()
        },
      }
    },
    async findLive(queue, keys) {
      assertQueue(queue)
      const live = jobs.liveKeys(queue)
      return new Set(keys.filter((key) => live.has(key)))
    },
    async counts() {
      return QUEUE_NAMES.map((queue) => ({
        queue,
        waiting: jobs.count(queue, ({ state, isDead }) => state !== 'active' && !isDead),
        oldestWaitSeconds: jobs.oldestWaitSeconds(queue),
        active: jobs.count(queue, ({ state, isDead }) => state === 'active' && !isDead),
        dead: jobs.count(queue, ({ isDead }) => isDead),
        oldestDeadSeconds: jobs.oldestDeadSeconds(queue),
      }))
    },
    schedule: async () => refuseSchedules(),
    unschedule: async () => refuseSchedules(),
    schedules: async () => refuseSchedules(),
    // There is nothing to set up, so there is nothing to check.
    async *diagnose() {},
  }
}

function refuseSchedules(): never {
  throw new RindleError('capability_unsupported', 'Memory jobs have no "schedule".', {
    details: { capability: 'schedule', adapter: 'memory' },
  })
}
