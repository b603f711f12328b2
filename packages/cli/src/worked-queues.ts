import { QUEUE_NAMES, type QueueName, RindleError } from '@rindle/core'
import { defaultConcurrency } from '@rindle/core/adapter'
import { suggest } from './suggest.ts'

const PREFIX = 'rindle_'

/** How many jobs of each queue run at once. */
export type Concurrency = Partial<Record<QueueName, number>>

/** The queues without their prefix, as on a command line. */
export const SHORT_NAMES: readonly string[] = QUEUE_NAMES.map(shortName)

/** A queue's name on a command line: `process` for `rindle_process`. */
export function shortName(queue: QueueName): string {
  return queue.slice(PREFIX.length)
}

/**
 * The queues to work on, and how many jobs of each run at once. Pure. `invalid_input` for an unknown queue or number.
 */
export function workedQueues(queues: string | undefined, concurrency: string | undefined): Concurrency {
  const chosen = queues === undefined ? QUEUE_NAMES : queues.split(',').map(queueNamed)
  const wanted = parseConcurrency(concurrency)
  const idle = Object.keys(wanted.byQueue).filter((queue) => !chosen.includes(queue as QueueName))
  if (idle.length > 0) {
    throw new RindleError('invalid_input', `--concurrency names ${idle.join(', ')}, but --queues does not.`)
  }
  return Object.fromEntries(
    chosen.map((queue) => [queue, wanted.byQueue[queue] ?? wanted.all ?? defaultConcurrency(queue)]),
  )
}

/** `4`, `process=4,promote=2`, or both: a bare number applies to every queue that is not named. */
function parseConcurrency(text: string | undefined): { all: number | undefined; byQueue: Concurrency } {
  const byQueue: Concurrency = {}
  let all: number | undefined
  for (const part of text?.split(',') ?? []) {
    const [left = '', right] = part.split('=')
    if (right === undefined) all = jobsAtOnce(left)
    else byQueue[queueNamed(left)] = jobsAtOnce(right)
  }
  return { all, byQueue }
}

function jobsAtOnce(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text.trim()) && count >= 1 && count <= 1_000) return count
  throw new RindleError(
    'invalid_input',
    `--concurrency must be numbers from 1 to 1000, as in 4 or process=4; not "${text}".`,
  )
}

function queueNamed(text: string): QueueName {
  const name = text.trim()
  const queue = QUEUE_NAMES.find((known) => known === name || shortName(known) === name)
  if (queue !== undefined) return queue
  const meant = suggest(name, SHORT_NAMES)
  const advice = meant === undefined ? `The queues are ${SHORT_NAMES.join(', ')}.` : `Did you mean "${meant}"?`
  throw new RindleError('invalid_input', `There is no queue "${name}". ${advice}`)
}
