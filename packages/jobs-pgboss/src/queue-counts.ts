import { deadLetterQueue, QUEUE_NAMES, type QueueCounts } from '@rindle/core'

/** One row of the count: jobs of one pg-boss queue in one state. */
export interface JobCount {
  readonly queue: string
  readonly state: string
  readonly count: number
}

/** Adds up the rows, with zeros for queues that have none. */
export function queueCounts(rows: readonly JobCount[]): readonly QueueCounts[] {
  return QUEUE_NAMES.map((queue) => ({
    queue,
    waiting: sum(rows, queue, ['created', 'retry']),
    active: sum(rows, queue, ['active']),
    dead: sum(rows, deadLetterQueue(queue), ['created', 'retry', 'active', 'failed']),
  }))
}

function sum(rows: readonly JobCount[], queue: string, states: readonly string[]): number {
  return rows
    .filter((row) => row.queue === queue && states.includes(row.state))
    .reduce((total, { count }) => total + count, 0)
}
