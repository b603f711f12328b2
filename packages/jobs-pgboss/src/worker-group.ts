import type { JsonObject } from '@rindle/core'
import {
  type CodedLogger,
  deadLetterQueue,
  errorFields,
  type TakeOptions,
  type WorkerRegistration,
  type Workers,
} from '@rindle/core/adapter'
import type { Db, JobWithMetadata, PgBoss } from 'pg-boss'
import { coalesce } from './coalesce.ts'
import { endsWithin } from './ends-within.ts'
import type { PgBossJobsConfig } from './options.ts'
import { QueueWorker } from './queue-worker.ts'
import { runStatement } from './run-statement.ts'
import { findDueQueues, notifyChannel, recheckPayload } from './statements.ts'
import { type Supervisor, startSupervisor } from './supervisor.ts'

const DEFAULT_STOP_TIMEOUT_MS = 30_000

/** The dependencies of a {@link WorkerGroup}. */
export interface WorkerGroupContext {
  readonly boss: PgBoss
  /** The database whose LISTEN receives the announcements of new jobs. */
  readonly listener: Pick<Db, 'listen'>
  readonly options: PgBossJobsConfig
  readonly logger: CodedLogger
  readonly take: TakeOptions
}

/** The workers of one `work()` call: a queue and its dead letters for each registration, and their wake-ups. */
export class WorkerGroup implements Workers {
  readonly #context: WorkerGroupContext
  readonly #workers: readonly QueueWorker[]
  readonly #supervisor: Supervisor
  readonly #polling: NodeJS.Timeout
  readonly #heartbeat: NodeJS.Timeout
  readonly #listening: Promise<{ close(): Promise<void> } | undefined>
  #polled: Promise<void> = Promise.resolve()
  #stopped: Promise<void> | undefined

  private constructor(context: WorkerGroupContext, workers: readonly QueueWorker[], supervisor: Supervisor) {
    const { pollingIntervalSeconds, heartbeatSeconds } = context.options
    this.#context = context
    this.#workers = workers
    this.#supervisor = supervisor
    const poll = coalesce(() => this.#poll())
    this.#polling = setInterval(() => {
      this.#polled = poll()
    }, pollingIntervalSeconds * 1_000)
    this.#heartbeat = setInterval(() => this.#renewAll(), (heartbeatSeconds * 1_000) / 3)
    this.#listening = this.#listen(context)
  }

  /** Starts them; they look for jobs before this resolves. */
  static async start(context: WorkerGroupContext, registrations: readonly WorkerRegistration[]): Promise<WorkerGroup> {
    const supervisor = await startSupervisor(context.boss, context.options, context.logger)
    // A pass that fails is logged; the jobs of dead workers then wait for the next one.
    if (context.take.isBrief === true) await supervisor.pass()
    const workers = registrations.flatMap((registration) => queueWorkers(context, registration))
    const group = new WorkerGroup(context, workers, supervisor)
    await group.#listening
    group.#wakeAll()
    return group
  }

  async isIdle(): Promise<boolean> {
    const isBusy = (): boolean => this.#workers.some((worker) => worker.isBusy)
    if (isBusy()) return false
    const due = await this.#dueQueues()
    // A job that was taken meanwhile is not due any more.
    return due.size === 0 && !isBusy()
  }

  stop(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#stopped ??= this.#stop(options.timeoutMs ?? DEFAULT_STOP_TIMEOUT_MS)
    return this.#stopped
  }

  async #stop(timeoutMs: number): Promise<void> {
    clearInterval(this.#polling)
    // A database that answers no more must not hold up the end of the jobs.
    const polled = endsWithin(this.#polled, timeoutMs)
    // Until they have stopped, their jobs need heartbeats, and may be cancelled.
    await Promise.all([polled, ...this.#workers.map((worker) => worker.stop(timeoutMs))])
    clearInterval(this.#heartbeat)
    const listening = await this.#listening
    await Promise.all([this.#supervisor.stop(), listening?.close()])
  }

  async #listen({ listener, options, logger }: WorkerGroupContext): Promise<{ close(): Promise<void> } | undefined> {
    try {
      return await listener.listen?.(
        notifyChannel(options.schema),
        (payload) => this.#hear(payload),
        () => this.#catchUp(),
      )
    } catch (error) {
      const seconds = options.pollingIntervalSeconds
      logger.warn(errorFields(error), `LISTEN failed; until the next start the worker polls every ${seconds} s.`)
      return undefined
    }
  }

  #hear(payload: string): void {
    for (const worker of this.#workers) {
      if (payload === worker.queue) void worker.wake()
      if (payload === recheckPayload(worker.queue)) void worker.renewClaims()
    }
  }

  /** Wakes all workers: announcements during a lost connection are not repeated. */
  #catchUp(): void {
    this.#wakeAll()
    this.#renewAll()
  }

  /** Wakes the workers of queues with a due job. One statement asks for all queues, because most are empty. */
  async #poll(): Promise<void> {
    try {
      const due = await this.#dueQueues()
      for (const worker of this.#workers) if (due.has(worker.queue)) void worker.wake()
    } catch (error) {
      this.#context.logger.warn(errorFields(error), 'Could not look for jobs.')
    }
  }

  async #dueQueues(): Promise<ReadonlySet<unknown>> {
    const { boss, options, take } = this.#context
    const queues = this.#workers.map(({ queue }) => queue)
    const rows = await runStatement(boss, findDueQueues(options.schema, queues, take.assetId))
    return new Set(rows.map(({ name }) => name))
  }

  #wakeAll(): void {
    for (const worker of this.#workers) void worker.wake()
  }

  #renewAll(): void {
    for (const worker of this.#workers) void worker.renewClaims()
  }
}

function queueWorkers(context: WorkerGroupContext, registration: WorkerRegistration): QueueWorker[] {
  const { boss, options, logger, take } = context
  const shared = { boss, schema: options.schema, logger, assetId: take.assetId }
  const deadLetters = new QueueWorker({
    ...shared,
    queue: deadLetterQueue(registration.queue),
    concurrency: 1,
    handle: (job) => handleDead(registration, job),
    onFinalFailure: () => undefined,
  })
  const jobs = new QueueWorker({
    ...shared,
    queue: registration.queue,
    concurrency: registration.concurrency,
    handle: (job, signal) => handle(registration, job, signal),
    // pg-boss announces no dead letters; at least this process need not wait for its poll.
    onFinalFailure: () => void deadLetters.wake(),
  })
  return [jobs, deadLetters]
}

async function handle(registration: WorkerRegistration, job: JobWithMetadata, signal: AbortSignal): Promise<void> {
  await registration.handle({
    id: job.id,
    queue: registration.queue,
    key: keyOf(job),
    payload: job.data as JsonObject,
    attempt: job.retryCount + 1,
    isLastAttempt: job.retryCount >= job.retryLimit,
    signal,
  })
}

async function handleDead(registration: WorkerRegistration, job: JobWithMetadata): Promise<void> {
  // Only a row that was inserted by hand has no source.
  const id = job.sourceId ?? job.id
  await registration.handleDead({
    id,
    queue: registration.queue,
    key: keyOf(job),
    payload: job.data as JsonObject,
  })
}

// Only a row that was inserted by hand has no key: its id is unique.
function keyOf({ id, singletonKey }: JobWithMetadata): string {
  return singletonKey ?? id
}
