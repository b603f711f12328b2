import { RindleError } from '../domain/errors.ts'
import { QUEUE_NAMES } from '../domain/queues.ts'
import type { WorkerRegistration } from '../ports/jobs.ts'

/** Throws `invalid_input` for a name that is no queue. Pure. */
export function assertQueue(queue: string): void {
  if ((QUEUE_NAMES as readonly string[]).includes(queue)) return
  throw new RindleError('invalid_input', `There is no queue "${queue}". The queues are ${QUEUE_NAMES.join(', ')}.`)
}

/** Throws `invalid_input` for workers of no queue, of one queue twice, or of no whole number of jobs at once. Pure. */
export function assertRegistrations(registrations: readonly WorkerRegistration[]): void {
  const seen = new Set<string>()
  for (const { queue, concurrency } of registrations) {
    assertQueue(queue)
    if (seen.has(queue)) throw new RindleError('invalid_input', `Queue "${queue}" is registered twice.`)
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new RindleError(
        'invalid_input',
        `The concurrency of "${queue}" must be a whole number from 1, not ${concurrency}.`,
      )
    }
    seen.add(queue)
  }
}
