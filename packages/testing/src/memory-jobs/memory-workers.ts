import { RindleError } from '@rindle/core'
import { QUEUES, type TakeOptions, type WorkerRegistration, type Workers } from '@rindle/core/adapter'
import type { MemoryJob, MemoryQueue } from './memory-queue.ts'

const DEFAULT_STOP_TIMEOUT_MS = 30_000

/** The workers of one `work()` call on a {@link MemoryQueue}. */
export class MemoryWorkers implements Workers {
  readonly #queue: MemoryQueue
  readonly #registrations: readonly WorkerRegistration[]
  readonly #retryDelayMs: number
  readonly #assetId: string | undefined
  readonly #inHand = new Map<MemoryJob, Promise<void>>()
  #isStopping = false
  #stopped: Promise<void> | undefined

  constructor(
    queue: MemoryQueue,
    registrations: readonly WorkerRegistration[],
    { retryDelayMs, assetId }: TakeOptions & { readonly retryDelayMs: number },
  ) {
    this.#queue = queue
    this.#registrations = registrations
    this.#retryDelayMs = retryDelayMs
    this.#assetId = assetId
  }

  /** Begins every due job for which there is a free slot. */
  wake(): void {
    for (const registration of this.#registrations) {
      this.#fill(registration, registration.concurrency, false)
      this.#fill(registration, 1, true)
    }
  }

  async isIdle(): Promise<boolean> {
    const isDue = this.#registrations.some(({ queue }) => this.#queue.hasDue(queue, this.#assetId))
    return this.#inHand.size === 0 && !isDue
  }

  stop(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#stopped ??= this.#stop(options.timeoutMs ?? DEFAULT_STOP_TIMEOUT_MS)
    return this.#stopped
  }

  async #stop(timeoutMs: number): Promise<void> {
    this.#isStopping = true
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs)
    })
    await Promise.race([Promise.all(this.#inHand.values()), timeout])
    clearTimeout(timer)
    for (const job of this.#inHand.keys()) {
      const { signal } = job.abort
      if (!this.#queue.holds(job, signal)) continue
      job.abort.abort(new RindleError('jobs_unavailable', `The worker stops; job ${job.id} goes back to its queue.`))
      this.#queue.giveBack(job)
    }
  }

  #fill({ queue, handle, handleDead }: WorkerRegistration, slots: number, isDead: boolean): void {
    const busy = (): number =>
      [...this.#inHand.keys()].filter((job) => job.queue === queue && job.isDead === isDead).length
    while (!this.#isStopping && busy() < slots) {
      const job = this.#queue.take(queue, isDead, this.#assetId)
      if (job === undefined) return
      const { id, key, payload, attempts: attempt } = job
      const { signal } = job.abort
      const isLastAttempt = attempt >= QUEUES[queue].attempts
      const work = async (): Promise<void> =>
        isDead
          ? handleDead({ id, queue, key, payload })
          : handle({ id, queue, key, payload, attempt, isLastAttempt, signal })
      this.#inHand.set(job, this.#run(job, signal, work))
    }
  }

  async #run(job: MemoryJob, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const hasFailed = await work().then(
      () => false,
      () => true,
    )
    if (this.#queue.holds(job, signal)) {
      if (hasFailed) this.#queue.fail(job, this.#retryDelayMs)
      else this.#queue.complete(job)
    }
    this.#inHand.delete(job)
    this.wake()
    if (hasFailed) setTimeout(() => this.wake(), this.#retryDelayMs).unref()
  }
}
