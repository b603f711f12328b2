import type { QueueName, RefusedQueues } from '../domain/queues.ts'
import type { Workers } from '../ports/jobs.ts'

/** The health of this process's workers. */
export interface WorkersHealth {
  /** `draining`: they take no more jobs and finish the running ones. */
  readonly state: 'working' | 'draining' | 'stopped'
  /** The last time at which the database learnt that they are alive. */
  readonly beatAt: Date
  /** The last time at which they tried to tell it, with or without success: long ago, when this process hangs. */
  readonly triedAt: Date
  /** Queues that they should serve but cannot on this machine; they check again every minute. */
  readonly refused: RefusedQueues
}

/** Workers of this process. */
export interface RunningWorkers extends Workers {
  /** The id under which other processes know them; see {@link LiveWorker}. */
  readonly id: string
  /** Returns their health, without I/O. */
  health(): WorkersHealth
}

/** What one call of `work` asked for. */
export interface WorkAssignment {
  /** Whether the caller named the queues. */
  readonly isExplicit: boolean
  /** Jobs at once, by queue. */
  readonly concurrency: Partial<Readonly<Record<QueueName, number>>>
}

/** The workers of one call, which may be just starting. */
export interface WorkerGroup {
  readonly workers: Promise<RunningWorkers>
  /** `null` as soon as they stop, and for a drain: it takes jobs beside workers. */
  assignment: WorkAssignment | null
}
