import type { RefusedQueues } from '../domain/queues.ts'
import type { Workers } from '../ports/jobs.ts'

/** How workers of this process are. */
export interface WorkersHealth {
  /** `draining`: they take no more jobs and finish those in hand. */
  readonly state: 'working' | 'draining' | 'stopped'
  /** When the database last knew that they are alive. */
  readonly beatAt: Date
  /** When they last tried to tell it, whatever came of it: long ago, when this process hangs. */
  readonly triedAt: Date
  /** Queues that they were to serve and do not, because this machine cannot; they look again every minute. */
  readonly refused: RefusedQueues
}

/** Workers of this process. */
export interface RunningWorkers extends Workers {
  /** The id under which other processes know them; see {@link LiveWorker}. */
  readonly id: string
  /** How they are. Asks nobody. */
  health(): WorkersHealth
}
