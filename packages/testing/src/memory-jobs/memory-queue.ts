import { randomUUID } from 'node:crypto'
import type { QueueName } from '@rindle/core'
import { type JobRequest, QUEUES } from '@rindle/core/adapter'

/** A job in memory. One that has used up its attempts becomes a dead letter of the same id. */
export interface MemoryJob {
  readonly id: string
  readonly queue: QueueName
  readonly key: string
  readonly payload: JobRequest['payload']
  readonly isBulk: boolean
  /** `idle`: requested and never tried; `retry`: to be retried. Both wait. */
  state: 'idle' | 'retry' | 'active'
  isDead: boolean
  /** When it became a dead letter, on the clock of `performance.now()`. */
  diedAtMs: number | null
  attempts: number
  /** When it may be tried, on the clock of `performance.now()`. */
  dueAtMs: number
  abort: AbortController
}

/** All jobs of one {@link memoryJobs}, and their changes; it runs nothing by itself. */
export class MemoryQueue {
  readonly #jobs = new Set<MemoryJob>()

  /** Returns the id, or `null` if a job with that key is waiting that was never tried. */
  add({ queue, key, payload, delaySeconds = 0, isBulk = false }: JobRequest): string | null {
    const isWaiting = this.#find((job) => job.queue === queue && job.key === key && job.state === 'idle' && !job.isDead)
    if (isWaiting.length > 0) return null
    const job: MemoryJob = {
      id: randomUUID(),
      queue,
      key,
      // A copy, as from a database: neither side sees the other's changes.
      payload: structuredClone(payload),
      isBulk,
      state: 'idle',
      isDead: false,
      diedAtMs: null,
      attempts: 0,
      dueAtMs: performance.now() + delaySeconds * 1_000,
      abort: new AbortController(),
    }
    this.#jobs.add(job)
    return job.id
  }

  /** Takes the oldest job that is due, and marks it active; bulk work comes after all other. */
  take(queue: QueueName, isDead: boolean, assetId: string | undefined): MemoryJob | undefined {
    const due = this.#due(queue, assetId).filter((job) => job.isDead === isDead)
    const job = due.find(({ isBulk }) => !isBulk) ?? due[0]
    if (job === undefined) return undefined
    job.state = 'active'
    job.attempts += 1
    job.abort = new AbortController()
    return job
  }

  /** Whether a job or a dead letter is due, of one asset or of any. */
  hasDue(queue: QueueName, assetId: string | undefined): boolean {
    return this.#due(queue, assetId).length > 0
  }

  /** Whether the attempt that `signal` belongs to still holds the job. */
  holds(job: MemoryJob, signal: AbortSignal): boolean {
    return this.#jobs.has(job) && job.state === 'active' && job.abort.signal === signal
  }

  complete(job: MemoryJob): void {
    this.#jobs.delete(job)
  }

  /** Lets a failed job wait for the next attempt, or makes it a dead letter; dead letters are retried for ever. */
  fail(job: MemoryJob, retryDelayMs: number): void {
    const isDying = !job.isDead && job.attempts >= QUEUES[job.queue].attempts
    job.isDead ||= isDying
    if (isDying) job.diedAtMs = performance.now()
    job.state = 'retry'
    job.dueAtMs = performance.now() + (isDying ? 0 : retryDelayMs)
  }

  /** Undoes an attempt, as if it had not happened. */
  giveBack(job: MemoryJob): void {
    job.state = 'retry'
    job.attempts -= 1
    job.dueAtMs = performance.now()
  }

  /** Removes these jobs, except dead letters, and returns them. */
  remove(queue: QueueName, keys: readonly string[]): readonly MemoryJob[] {
    const removed = this.#find((job) => job.queue === queue && keys.includes(job.key) && !job.isDead)
    for (const job of removed) this.#jobs.delete(job)
    return removed
  }

  liveKeys(queue: QueueName): ReadonlySet<string> {
    return new Set(this.#find((job) => job.queue === queue).map(({ key }) => key))
  }

  count(queue: QueueName, matches: (job: MemoryJob) => boolean): number {
    return this.#find((job) => job.queue === queue && matches(job)).length
  }

  /** How long the oldest due job has waited; `null` if none is due. */
  oldestWaitSeconds(queue: QueueName): number | null {
    const now = performance.now()
    const due = this.#find((job) => job.queue === queue && job.state !== 'active' && !job.isDead && job.dueAtMs <= now)
    return due.length === 0 ? null : Math.max(...due.map(({ dueAtMs }) => now - dueAtMs)) / 1_000
  }

  /** How long ago the oldest dead letter died; `null` if there is none. */
  oldestDeadSeconds(queue: QueueName): number | null {
    const died = this.#find((job) => job.queue === queue).flatMap(({ diedAtMs }) => diedAtMs ?? [])
    return died.length === 0 ? null : (performance.now() - Math.min(...died)) / 1_000
  }

  #due(queue: QueueName, assetId: string | undefined): readonly MemoryJob[] {
    const now = performance.now()
    return this.#find(
      (job) =>
        job.queue === queue &&
        job.state !== 'active' &&
        job.dueAtMs <= now &&
        (assetId === undefined || job.payload['assetId'] === assetId),
    )
  }

  #find(matches: (job: MemoryJob) => boolean): readonly MemoryJob[] {
    return [...this.#jobs].filter(matches)
  }
}
