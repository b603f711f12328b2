import { QUEUE_NAMES } from '@rindle/core'
import { deadLetterQueue, type QueueCounts } from '@rindle/core/adapter'

/** One row of the count: jobs of one pg-boss queue in one state. */
export interface JobCount {
  readonly queue: string
  readonly state: string
  readonly count: number
  /** How long the oldest due job has waited; `null` if none is due. */
  readonly oldestWaitSeconds: number | null
}

const WAITING = ['created', 'retry']

/** Adds up the rows, with zeros for queues that have none. */
export function queueCounts(rows: readonly JobCount[]): readonly QueueCounts[] {
  return QUEUE_NAMES.map((queue) => ({
    queue,
    waiting: sum(rows, queue, WAITING),
    oldestWaitSeconds: oldestWait(rows, queue),
    active: sum(rows, queue, ['active']),
    dead: sum(rows, deadLetterQueue(queue), ['created', 'retry', 'active', 'failed']),
  }))
}

function sum(rows: readonly JobCount[], queue: string, states: readonly string[]): number {
  return of(rows, queue, states).reduce((total, { count }) => total + count, 0)
}

function oldestWait(rows: readonly JobCount[], queue: string): number | null {
  const waits = of(rows, queue, WAITING).flatMap(({ oldestWaitSeconds }) => oldestWaitSeconds ?? [])
  return waits.length === 0 ? null : Math.max(...waits)
}

function of(rows: readonly JobCount[], queue: string, states: readonly string[]): readonly JobCount[] {
  return rows.filter((row) => row.queue === queue && states.includes(row.state))
}
