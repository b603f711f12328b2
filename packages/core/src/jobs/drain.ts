import { setTimeout as delay } from 'node:timers/promises'
import { RindleError } from '../domain/errors.ts'
import { QUEUE_NAMES, type QueueName, type RefusedQueues } from '../domain/queues.ts'
import type { RunningWorkers } from '../kernel/running-workers.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import type { WorkerRegistration } from '../ports/jobs.ts'
import { startWorkers } from './start-workers.ts'
import { registrationsFor, type Work, type WorkOptions } from './work.ts'

/** Options of {@link drain}. */
export interface DrainOptions {
  /** The longest time of the whole call, in seconds, at least 2: less than the time for which the process may live. */
  readonly maxSeconds: number
  /**
   * The queues to serve. This machine must be able to serve every named queue: `setup_incomplete`.
   * @default all but `rindle_media`, whose transcodes take longer than such processes live
   */
  readonly queues?: readonly QueueName[]
  /** Takes the jobs of this asset alone. @default those of all assets */
  readonly assetId?: string
  /** Jobs at once, by queue. @default as `work` */
  readonly concurrency?: WorkOptions['concurrency']
  /** Ends the call early, as if its time were over. */
  readonly signal?: AbortSignal
}

/** The results of {@link drain}. */
export interface DrainReport {
  /** Attempts of jobs that ended, by queue. */
  readonly done: Partial<Readonly<Record<QueueName, number>>>
  /** Attempts that failed, or were given back because the time was over, by queue. */
  readonly failed: Partial<Readonly<Record<QueueName, number>>>
  /** The jobs that wait now, by queue; those that wait for a later time among them. */
  readonly waiting: Partial<Readonly<Record<QueueName, number>>>
  /** The queues that were not served, with reasons. */
  readonly refused: RefusedQueues
  /** `idle`: no job was left that is due; `time`: the time was over, or the call was ended. */
  readonly endedBy: 'idle' | 'time'
}

const MAX_SECONDS = 86_400
const LOOK_EVERY_MS = 100
/** Jobs that run are waited for this long at the end, at most a quarter of the time. */
const FINISH_MS = 5_000
/** The time in which aborted jobs end and go back to their queues. */
const GIVE_BACK_MS = 1_500
const NO_MEDIA =
  'Video and sound take longer to transcode than a drain runs. Start a worker for them, or name rindle_media in `queues`.'

/**
 * Does the work that is due, for at most `maxSeconds`, then returns: for functions and cron jobs, where no worker can
 * live. Takes jobs from the same queues as workers, beside them and beside itself. Jobs that do not end in time go back
 * to their queues, without an attempt used up; when the process is killed instead, the pass over dead workers that each
 * call begins with finds them. `invalid_input`, `setup_incomplete`.
 */
export async function drain(runtime: Runtime, options: DrainOptions, maintain: Work): Promise<DrainReport> {
  assertOptions(options)
  const endsAt = performance.now() + options.maxSeconds * 1_000
  const { assetId, concurrency, signal } = options
  const isNamed = options.queues !== undefined
  const queues = options.queues ?? QUEUE_NAMES.filter((queue) => queue !== 'rindle_media')
  const counts: Counts = { done: {}, failed: {} }
  const registrations = registrationsFor(
    runtime,
    { queues, ...(concurrency === undefined ? {} : { concurrency }) },
    maintain,
  ).map((registration) => counting(registration, counts))
  const take = { isBrief: true, ...(assetId === undefined ? {} : { assetId }) }
  const workers = await startWorkers(runtime, { registrations, isExplicit: isNamed, take })
  const { refused } = workers.health()
  let isIdle = false
  try {
    isIdle = await untilIdle(workers, endsAt - finishMs(options) - GIVE_BACK_MS, signal)
  } finally {
    const timeoutMs = signal?.aborted === true ? 0 : Math.max(0, endsAt - GIVE_BACK_MS - performance.now())
    await workers.stop({ timeoutMs })
  }
  return {
    ...counts,
    waiting: await waitingJobs(runtime),
    refused: isNamed ? refused : { ...refused, rindle_media: NO_MEDIA },
    endedBy: isIdle ? 'idle' : 'time',
  }
}

interface Counts {
  readonly done: Partial<Record<QueueName, number>>
  readonly failed: Partial<Record<QueueName, number>>
}

function assertOptions({ maxSeconds, assetId }: DrainOptions): void {
  if (!(maxSeconds >= 2 && maxSeconds <= MAX_SECONDS)) {
    throw new RindleError('invalid_input', `maxSeconds must be a number of seconds from 2 to ${MAX_SECONDS}.`)
  }
  if (assetId !== undefined) assertId('asset', assetId)
}

function finishMs({ maxSeconds }: DrainOptions): number {
  return Math.min(FINISH_MS, (maxSeconds * 1_000) / 4)
}

/** `false`: the time was over before. */
async function untilIdle(workers: RunningWorkers, endsAt: number, signal: AbortSignal | undefined): Promise<boolean> {
  for (;;) {
    if (signal?.aborted === true) return false
    if (await workers.isIdle()) return true
    if (performance.now() >= endsAt) return false
    await delay(LOOK_EVERY_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {})
  }
}

function counting(registration: WorkerRegistration, { done, failed }: Counts): WorkerRegistration {
  const { queue, handle } = registration
  const count = (counts: Partial<Record<QueueName, number>>): void => {
    counts[queue] = (counts[queue] ?? 0) + 1
  }
  return {
    ...registration,
    handle: async (job) => {
      try {
        await handle(job)
        count(done)
      } catch (error) {
        count(failed)
        throw error
      }
    },
  }
}

async function waitingJobs({ jobs }: Runtime): Promise<DrainReport['waiting']> {
  const counts = await jobs.counts()
  return Object.fromEntries(counts.flatMap(({ queue, waiting }) => (waiting === 0 ? [] : [[queue, waiting]])))
}
