import type { Database, SqlExecutor } from '@rindle/prisma'
import type { JsonObject } from '../domain/errors.ts'
import type { QueueName } from '../domain/queues.ts'
import type { DiagnosisContext, Finding } from './diagnosis.ts'
import type { CodedLogger } from './logger.ts'

/** The capabilities that a jobs adapter may declare. */
export const JOBS_CAPABILITIES = ['transactional_enqueue', 'schedule', 'cancel', 'heartbeat', 'dead_letter'] as const

/** One of {@link JOBS_CAPABILITIES}. */
export type JobsCapability = (typeof JOBS_CAPABILITIES)[number]

/** A request for a job. */
export interface JobRequest {
  readonly queue: QueueName
  /**
   * Admits one waiting job. A job with the same key that runs, or that ran and waits for a retry, does not absorb a
   * request.
   */
  readonly key: string
  readonly payload: JsonObject
  /** The shortest wait before the first attempt; meanwhile it is a waiting job. @default 0 */
  readonly delaySeconds?: number
  /** Whether it is part of a great amount of work: other jobs of the queue are taken first. @default false */
  readonly isBulk?: boolean
}

/** Rows that a statement writes beside its main part. */
export interface InsertedRows {
  /** Common table expressions, `name as (insert …), …`, with parameters from `$1`. */
  readonly expressions: string
  /** The values of these parameters. */
  readonly values: readonly unknown[]
  /** The name of the expression whose rows the caller gets. @default none */
  readonly returning?: string
}

/** A job that a worker holds. */
export interface RunningJob {
  readonly id: string
  readonly queue: QueueName
  /** The key of the request, so that a new job can continue the same work. */
  readonly key: string
  readonly payload: JsonObject
  /** 1 for the first. */
  readonly attempt: number
  /** Whether a failure of this attempt is final. */
  readonly isLastAttempt: boolean
  /**
   * Aborted when the job is cancelled, its heartbeat is lost, or the worker stops without waiting. The reason is a
   * RindleError, `retryable` only in the last case. Later results of the handler are ignored, except that it may still
   * complete a job whose worker stops.
   */
  readonly signal: AbortSignal
}

/** A job without attempts left, because its last handler rejected or its worker died. */
export interface DeadJob {
  /** The id of the dead job, not of its dead letter. */
  readonly id: string
  readonly queue: QueueName
  /** The key of the request, so that a new job can continue the same work. */
  readonly key: string
  readonly payload: JsonObject
}

/** The settings of one queue in this process. */
export interface WorkerRegistration {
  readonly queue: QueueName
  /** Jobs at once in this process. */
  readonly concurrency: number
  /**
   * Resolves: done. Rejects: retried with back-off, until the queue's attempts are used up. It logs the error itself
   * before it rejects; the adapter does not.
   */
  readonly handle: (job: RunningJob) => Promise<void>
  /**
   * Called, at least once, for a job whose last attempt failed; a rejection is retried. The same work may have been
   * requested again by then: before you write the work off, compare the id with the job that the row names.
   */
  readonly handleDead: (job: DeadJob) => Promise<void>
}

/** The jobs that workers take, and how long they live. */
export interface TakeOptions {
  /** Takes the jobs alone whose payload names this asset. @default all jobs */
  readonly assetId?: string
  /**
   * The workers live for seconds: before they take the first job, the housekeeping makes one pass, which finds the jobs
   * of dead workers. @default false
   */
  readonly isBrief?: boolean
}

/** The workers of this process. */
export interface Workers {
  /** Whether they hold no job, and none that they may take is due. */
  isIdle(): Promise<boolean>
  /**
   * Takes no more jobs and waits at most `timeoutMs` for the running ones. Then it aborts the rest, which go back to
   * their queues without using up an attempt, so that another worker can take them at once. Idempotent.
   */
  stop(options?: { /** @default 30000 */ readonly timeoutMs?: number }): Promise<void>
}

/** The instance's parts that a jobs adapter uses. */
export interface JobsContext {
  readonly database: Database
  /** Never throws. */
  readonly logger: CodedLogger
}

/** The unfinished jobs of one queue. */
export interface QueueCounts {
  readonly queue: QueueName
  /** Waiting jobs, including those that wait for a retry. */
  readonly waiting: number
  /** The waiting time of the job that was due first; `null` when none is due. */
  readonly oldestWaitSeconds: number | null
  readonly active: number
  /** Dead letters that are not handled yet. */
  readonly dead: number
  /** How long ago the oldest of them died; `null` when there is none. */
  readonly oldestDeadSeconds: number | null
}

/** A registered cron job. */
export interface JobSchedule {
  /** The name of its registration. */
  readonly name: string
  readonly queue: QueueName
  /** Five fields, in UTC. */
  readonly cron: string
  readonly payload: JsonObject
  /** The time of its registration; registering the same job again does not change it. */
  readonly since: Date
  /** The next due time after a time; `null` when its expression has none. Pure. */
  nextAfter(time: Date): Date | null
}

/**
 * The jobs port. `connect` gives it its database before any other call and does no I/O; the adapter makes queues and
 * schema on first need, so that enqueueing needs no started instance.
 */
export interface JobsAdapter {
  /** "pgboss", "memory": for events and errors. */
  readonly name: string
  readonly capabilities: ReadonlySet<JobsCapability>
  /** Called once, when the instance is created; does no I/O. */
  connect(context: JobsContext): void
  /** Creates the queues' database objects, so that no first request has to. Idempotent. */
  start(): Promise<void>
  /** Stops workers, then everything else. Idempotent. */
  stop(): Promise<void>
  /**
   * Inserts jobs through `tx`: they exist if, and only if, its transaction commits. Returns one id per request; `null`
   * where a waiting job with that key already covers the request.
   *
   * This needs a lock. Requester and handler must begin by locking the same row (the asset's): the requester before it
   * calls this, the handler before it reads its work. A handler that has not read yet then waits for the requester's
   * commit and sees its rows; a handler that has read already runs, and a running job admits a new one. Without the
   * lock, a waiting job can start, read too early and finish, while the requester relies on it.
   *
   * Errors of `tx` propagate exactly as its library throws them. Without the capability `transactional_enqueue` the
   * jobs exist at once, even if the transaction rolls back.
   */
  enqueue(requests: readonly JobRequest[], tx: SqlExecutor): Promise<readonly (string | null)[]>
  /**
   * Optional. Inserts a job in one statement together with rows of the caller: outside of a transaction, all of them exist
   * or none. The job's key must be new, as that of an asset that these rows begin. Returns the rows of `rows.returning`.
   */
  enqueueWith?(
    request: JobRequest,
    rows: InsertedRows,
    sql: SqlExecutor,
  ): Promise<readonly Readonly<Record<string, unknown>>[]>
  /**
   * Cancels waiting, retrying and running jobs with these keys; with `tx`, when it commits. Running handlers, in any
   * process, see their signal aborted within a second. Keys without a job are ignored.
   */
  cancel(queue: QueueName, keys: readonly string[], tx?: SqlExecutor): Promise<void>
  /** Starts workers in this process, and their housekeeping: retries after a crash, clean-up, cron. */
  work(registrations: readonly WorkerRegistration[], options?: TakeOptions): Promise<Workers>
  /** Returns those of these keys that have a job that waits, retries or runs, or an unhandled dead letter. */
  findLive(queue: QueueName, keys: readonly string[]): Promise<ReadonlySet<string>>
  counts(): Promise<readonly QueueCounts[]>
  /**
   * Registers or replaces a cron job (five fields, UTC) that enqueues `request`, as long as any process works. Runs
   * that came due while no process worked are made up for once. `invalid_input` for an invalid name or expression.
   */
  schedule(name: string, cron: string, request: JobRequest): Promise<void>
  /** Removes a cron job; success when absent. */
  unschedule(name: string, queue: QueueName): Promise<void>
  /** Lists the registered cron jobs by name. Works before `start`, and creates nothing. */
  schedules(): Promise<readonly JobSchedule[]>
  /**
   * Checks its own set-up through its database, and yields each finding as soon as it is known. Works before `start`,
   * and creates nothing. A rejection counts as an error of the current check.
   */
  diagnose(context: DiagnosisContext): AsyncIterable<Finding>
}
