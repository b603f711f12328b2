import { availableParallelism } from 'node:os'
import { QUEUES, type QueueName } from '../domain/queues.ts'

/** Returns how many jobs of a queue run at once in one process, unless a worker is told otherwise. */
export function defaultConcurrency(queue: QueueName): number {
  const { concurrency } = QUEUES[queue]
  return concurrency === 'cores_and_one' ? availableParallelism() + 1 : concurrency
}
