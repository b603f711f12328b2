import { QUEUE_NAMES } from '@rindle/core'
import { deadLetterQueue, type QueueCounts } from '@rindle/core/adapter'

/** One row of the count: jobs of one pg-boss queue in one state. */
export interface JobCount {
  readonly queue: string
  readonly state: string
  readonly count: number
  /** How long the oldest due job has waited; `null` if none is due. */
  readonly oldestWaitSeconds: number | null
  /** The age of the oldest of them. */
  readonly oldestAgeSeconds: number
}

const WAITING = ['created', 'retry']
const UNHANDLED = ['created', 'retry', 'active', 'failed']

/** Adds up the rows, with zeros for queues that have none. */
export function queueCounts(rows: readonly JobCount[]): readonly QueueCounts[] {
  return QUEUE_NAMES.map((queue) => ({
    queue,
    waiting: sum(rows, queue, WAITING),
    oldestWaitSeconds: most(of(rows, queue, WAITING).flatMap(({ oldestWaitSeconds }) => oldestWaitSeconds ?? [])),
    active: sum(rows, queue, ['active']),
    dead: sum(rows, deadLetterQueue(queue), UNHANDLED),
    oldestDeadSeconds: most(
      of(rows, deadLetterQueue(queue), UNHANDLED).map(({ oldestAgeSeconds }) => oldestAgeSeconds),
    ),
  }))
}

function sum(rows: readonly JobCount[], queue: string, states: readonly string[]): number {
  return of(rows, queue, states).reduce((total, { count }) => total + count, 0)
}

function most(seconds: readonly number[]): number | null {
  return seconds.length === 0 ? null : Math.max(...seconds)
}

function of(rows: readonly JobCount[], queue: string, states: readonly string[]): readonly JobCount[] {
  return rows.filter((row) => row.queue === queue && states.includes(row.state))
}
