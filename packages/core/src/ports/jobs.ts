import type { Database, SqlExecutor } from '@rindle/prisma'
import type { JsonObject } from '../domain/errors.ts'
import type { QueueName } from '../domain/queues.ts'
import type { DiagnosisContext, Finding } from './diagnosis.ts'
import type { CodedLogger } from './logger.ts'

/** What a jobs adapter may say it can do. */
export const JOBS_CAPABILITIES = ['transactional_enqueue', 'schedule', 'cancel', 'heartbeat', 'dead_letter'] as const

/** One of {@link JOBS_CAPABILITIES}. */
export type JobsCapability = (typeof JOBS_CAPABILITIES)[number]

/** A job to be done. */
export interface JobRequest {
  readonly queue: QueueName
  /** Admits one waiting job; one with the same key that runs, or ran before and waits to be retried, swallows no request. */
  readonly key: string
  readonly payload: JsonObject
  /** Waits at least so long before it is tried; meanwhile it is a waiting job. @default 0 */
  readonly delaySeconds?: number
}

/** A job that a worker holds. */
export interface RunningJob {
  readonly id: string
  readonly queue: QueueName
  /** As it was requested, so that a new job can go on with the same work. */
  readonly key: string
  readonly payload: JsonObject
  /** 1 for the first. */
  readonly attempt: number
  /** Whether a failure of this attempt is final. */
  readonly isLastAttempt: boolean
  /**
   * Aborted when the job is cancelled, its heartbeat is lost, or the worker stops without waiting; the reason is a
   * RindleError, `retryable` only in the last case. What the handler does afterwards counts for nothing, except that it
   * may still complete a job whose worker stops.
   */
  readonly signal: AbortSignal
}

/** A job whose attempts are used up, whether its last handler rejected or its worker died. */
export interface DeadJob {
  /** The id of the job that died, not of its dead letter. */
  readonly id: string
  readonly queue: QueueName
  /** As it was requested, so that a new job can go on with the same work. */
  readonly key: string
  readonly payload: JsonObject
}

/** How one queue is worked in this process. */
export interface WorkerRegistration {
  readonly queue: QueueName
  /** Jobs at once in this process. */
  readonly concurrency: number
  /**
   * Resolves: done. Rejects: tried again with back-off, until the attempts of the queue are used up. The log is told of
   * what it rejects with before that; the adapter tells it nothing.
   */
  readonly handle: (job: RunningJob) => Promise<void>
  /**
   * Called, at least once, for a job whose last attempt failed; a rejection is tried again. By then the same work may
   * have been requested anew: compare the id with the job that the row names before writing it off.
   */
  readonly handleDead: (job: DeadJob) => Promise<void>
}

/** Workers of this process. */
export interface Workers {
  /**
   * Takes no more jobs and waits for those in hand, at most `timeoutMs`; what is left then is aborted and goes back to
   * its queue, for another worker to take at once, without using up an attempt. Idempotent.
   */
  stop(options?: { /** @default 30000 */ readonly timeoutMs?: number }): Promise<void>
}

/** What the instance gives its jobs adapter. */
export interface JobsContext {
  readonly database: Database
  /** Never throws. */
  readonly logger: CodedLogger
}

/** Jobs of one queue that are not finished. */
export interface QueueCounts {
  readonly queue: QueueName
  /** Waiting, those that wait for a retry included. */
  readonly waiting: number
  /** How long the one has been waiting that was due first; `null` when none is due. */
  readonly oldestWaitSeconds: number | null
  readonly active: number
  /** Dead letters not handled yet. */
  readonly dead: number
  /** How long ago the oldest of them died; `null` when there is none. */
  readonly oldestDeadSeconds: number | null
}

/** A cron job as it is registered. */
export interface JobSchedule {
  /** The name that it was registered under. */
  readonly name: string
  readonly queue: QueueName
  /** Five fields, in UTC. */
  readonly cron: string
  readonly payload: JsonObject
  /** Since when it is registered as it is: the same once more changes nothing. */
  readonly since: Date
  /** When it is due next after a time; `null` when its expression names none. Pure. */
  nextAfter(time: Date): Date | null
}

/**
 * The jobs port. `connect` gives it its database before any other call and does no I/O; queues and schema are made on
 * first need, so that enqueueing needs no started instance.
 */
export interface JobsAdapter {
  /** "pgboss", "memory": for events and errors. */
  readonly name: string
  readonly capabilities: ReadonlySet<JobsCapability>
  /** Called once, at creation of the instance; does no I/O. */
  connect(context: JobsContext): void
  /** Makes what the queues need in the database, so that no first request has to. Idempotent. */
  start(): Promise<void>
  /** Stops workers, then everything else. Idempotent. */
  stop(): Promise<void>
  /**
   * Inserts jobs through `tx`: they exist when, and only when, its transaction commits. Returns one id per request,
   * `null` where a waiting job with that key admits no other, whose work then covers the request.
   *
   * For that to hold, requester and handler must begin by locking the same row (the asset's): the requester before it
   * calls this, the handler before it reads what there is to do. A handler that was about to read then waits for the
   * requester's commit and sees its rows; one that has read already runs, and a running job admits a new one. Without
   * the lock, a waiting job can start, read too early and finish, while the requester relies on it.
   *
   * Errors of `tx` go up as its library throws them. Without the capability `transactional_enqueue` the jobs exist at
   * once, whatever becomes of the transaction.
   */
  enqueue(requests: readonly JobRequest[], tx: SqlExecutor): Promise<readonly (string | null)[]>
  /**
   * Cancels waiting, retrying and running jobs with these keys, with the commit of `tx` when it is given. Running
   * handlers, in whatever process, see their signal aborted within a second. Keys without a job are ignored.
   */
  cancel(queue: QueueName, keys: readonly string[], tx?: SqlExecutor): Promise<void>
  /** Starts workers in this process, and what must run beside workers: retries after a crash, clean-up, cron. */
  work(registrations: readonly WorkerRegistration[]): Promise<Workers>
  /** Of these keys, those with a job that waits, retries or runs, or with a dead letter that is not handled yet. */
  findLive(queue: QueueName, keys: readonly string[]): Promise<ReadonlySet<string>>
  counts(): Promise<readonly QueueCounts[]>
  /**
   * Registers or replaces a cron job (five fields, UTC) that enqueues `request`, as long as some process works. Runs
   * that came due while none did are made up for once. `invalid_input` for a name or an expression that cannot be.
   */
  schedule(name: string, cron: string, request: JobRequest): Promise<void>
  /** Removes it; success when absent. */
  unschedule(name: string, queue: QueueName): Promise<void>
  /** The cron jobs that are registered, sorted by name. Works before `start`, and makes nothing. */
  schedules(): Promise<readonly JobSchedule[]>
  /**
   * Checks of its own set-up, each as soon as it is known, through the database that it is connected to. Works before
   * `start`, and makes nothing. Rejecting is an error of the check that was on.
   */
  diagnose(context: DiagnosisContext): AsyncIterable<Finding>
}
