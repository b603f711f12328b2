import { RindleError } from '@rindle/core'
import { type CodedLogger, errorFields } from '@rindle/core/adapter'
import type { JobWithMetadata, PgBoss } from 'pg-boss'
import { inBatches } from './batches.ts'
import { coalesce } from './coalesce.ts'
import { endsWithin } from './ends-within.ts'
import { failureOutput } from './failure-output.ts'
import { type HeldJob, type JobClaim, settlementOf } from './held-job.ts'
import { runStatement } from './run-statement.ts'
import { claimJobs, giveBackJob, renewClaims } from './statements.ts'

// How long an aborted handler has to clean up before its job goes to another worker.
const ABORT_GRACE_MS = 1_000

/** One pg-boss queue that this process works on. */
export interface QueueWorkerOptions {
  readonly boss: PgBoss
  readonly schema: string
  readonly queue: string
  readonly concurrency: number
  /** Takes the jobs of this asset alone. */
  readonly assetId: string | undefined
  readonly handle: (job: JobWithMetadata, signal: AbortSignal) => Promise<void>
  /** Called when a job has used up its attempts. */
  readonly onFinalFailure: () => void
  readonly logger: CodedLogger
}

/**
 * Fetches as many jobs as it has free slots, whenever it is woken and whenever a slot frees, so that a backlog drains
 * without gaps. pg-boss's own worker takes one job, then sleeps for an interval.
 */
export class QueueWorker {
  readonly queue: string
  /** Looks for jobs, if there is a free slot. Cheap, and safe to call at any time. */
  readonly wake: () => Promise<void>
  /** Renews the claims on the current jobs, and aborts those whose claim is gone. */
  readonly renewClaims: () => Promise<void>
  readonly #options: QueueWorkerOptions
  /** Attempts, not jobs: an attempt whose claim ran out may still be ending here when the next one has begun. */
  readonly #held = new Set<HeldJob>()
  readonly #complete: (claim: JobClaim) => Promise<void>
  #isStopping = false
  #isLooking = false

  constructor(options: QueueWorkerOptions) {
    this.#options = options
    this.queue = options.queue
    const { boss, queue } = options
    // Deleted, not kept as completed: the table stays small, and the rows of the work itself are the record.
    this.#complete = inBatches(async (claims) => void (await boss.deleteJob(queue, [...claims])))
    this.wake = coalesce(() => this.#fillSlots())
    this.renewClaims = coalesce(() => this.#renew())
  }

  /** Whether it holds jobs, or asks for some just now. */
  get isBusy(): boolean {
    return this.#isLooking || this.#held.size > 0
  }

  /** Takes no more jobs, waits for the current ones, then aborts the rest and gives them back. */
  async stop(timeoutMs: number): Promise<void> {
    this.#isStopping = true
    if (await endsWithin(this.#emptyHands(), timeoutMs)) return
    for (const job of this.#held) {
      job.isGivenUp = true
      job.abort.abort(stopping(job, this.queue))
    }
    if (await endsWithin(this.#emptyHands(), ABORT_GRACE_MS)) return
    // A job whose handler has ended is already being settled: a second report could take it from its next holder.
    await Promise.all([...this.#held].map((job) => (job.isRunning ? this.#abandon(job) : job.ended)))
  }

  /** Resolves when no job is running and none is being fetched. */
  async #emptyHands(): Promise<void> {
    await this.wake()
    await Promise.all([...this.#held].map(({ ended }) => ended))
  }

  async #fillSlots(): Promise<void> {
    const { queue, concurrency, logger } = this.#options
    this.#isLooking = true
    try {
      while (!this.#isStopping && this.#held.size < concurrency) {
        const free = concurrency - this.#held.size
        const jobs = await this.#take(free)
        for (const job of jobs) this.#begin(job)
        if (jobs.length < free) return
      }
    } catch (error) {
      // The next poll tries again, and so does the catch-up after a lost connection.
      logger.warn({ queue, ...errorFields(error) }, 'Could not look for jobs.')
    } finally {
      this.#isLooking = false
    }
  }

  async #take(count: number): Promise<readonly JobWithMetadata[]> {
    const { boss, schema, queue, assetId } = this.#options
    if (assetId === undefined) return boss.fetch<object>(queue, { batchSize: count, includeMetadata: true })
    return (await runStatement(boss, claimJobs(schema, queue, assetId, count))) as unknown as JobWithMetadata[]
  }

  #begin(job: JobWithMetadata): void {
    const held: HeldJob = {
      claim: { id: job.id, retryCount: job.retryCount },
      abort: new AbortController(),
      // A job that was fetched while the worker began to stop is not started.
      isRunning: !this.#isStopping,
      isOurs: true,
      isGivenUp: false,
      ended: Promise.resolve(),
    }
    this.#held.add(held)
    held.ended = this.#workOn(job, held)
  }

  async #workOn(job: JobWithMetadata, held: HeldJob): Promise<void> {
    const { queue, logger } = this.#options
    try {
      if (held.isRunning) await this.#handle(job, held)
      else await this.#giveBack(held)
    } catch (error) {
      // The claim runs out, and the job is retried.
      logger.error(
        { queue, jobId: job.id, ...errorFields(error) },
        'Could not report the result of a job to the queue.',
      )
    } finally {
      this.#held.delete(held)
      void this.wake()
    }
  }

  async #handle(job: JobWithMetadata, held: HeldJob): Promise<void> {
    try {
      await this.#options.handle(job, held.abort.signal).finally(() => {
        held.isRunning = false
      })
    } catch (error) {
      await this.#settleFailure(job, held, error)
      return
    }
    await this.#settleSuccess(held)
  }

  async #settleSuccess(held: HeldJob): Promise<void> {
    if (settlementOf(held, false) === 'complete') await this.#complete(held.claim)
  }

  async #settleFailure(job: JobWithMetadata, held: HeldJob, error: unknown): Promise<void> {
    const { boss, queue, onFinalFailure } = this.#options
    const settlement = settlementOf(held, true)
    if (settlement === 'give_back') await this.#giveBack(held)
    if (settlement !== 'fail') return
    await boss.fail(queue, held.claim, failureOutput(error))
    if (job.retryCount >= job.retryLimit) onFinalFailure()
  }

  async #renew(): Promise<void> {
    const { boss, schema, queue, logger } = this.#options
    // Not those that are being settled: two statements over the same rows could deadlock.
    const jobs = [...this.#held].filter(({ isOurs, isRunning }) => isOurs && isRunning)
    if (jobs.length === 0) return
    const claims = jobs.map(({ claim }) => claim)
    try {
      const rows = await runStatement(boss, renewClaims(schema, queue, claims))
      const renewed = new Set(rows.map(({ id }) => id))
      for (const job of jobs) if (!renewed.has(job.claim.id)) lose(job, queue)
    } catch (error) {
      // A failed query says nothing about the claims.
      logger.warn({ queue, ...errorFields(error) }, 'Could not renew the claims on running jobs.')
    }
  }

  async #abandon(held: HeldJob): Promise<void> {
    const { queue, logger } = this.#options
    try {
      await this.#giveBack(held)
    } catch (error) {
      logger.warn(
        { queue, jobId: held.claim.id, ...errorFields(error) },
        'Could not give back a job; its claim runs out.',
      )
    }
  }

  async #giveBack(held: HeldJob): Promise<void> {
    const { boss, schema, queue } = this.#options
    held.isOurs = false
    await runStatement(boss, giveBackJob(schema, queue, held.claim))
  }
}

function lose(job: HeldJob, queue: string): void {
  job.isOurs = false
  const message = `Job ${job.claim.id} of ${queue} was cancelled or taken from this worker; its result is discarded.`
  job.abort.abort(new RindleError('conflict', message, { retryable: false }))
}

function stopping(job: HeldJob, queue: string): RindleError {
  const message = `The worker stops; job ${job.claim.id} of ${queue} goes back to its queue.`
  return new RindleError('jobs_unavailable', message)
}
