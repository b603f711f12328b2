import { QUEUE_NAMES, type QueueName } from '@rindle/core'
import { deadLetterQueue, QUEUES } from '@rindle/core/adapter'
import type { Queue } from 'pg-boss'
import type { PgBossJobsConfig } from './options.ts'

/** One queue in the form that pg-boss takes. */
export type PgBossQueue = Queue & { readonly policy: 'short' | 'standard' }

const DAY_SECONDS = 24 * 60 * 60

// Heartbeats find dead workers. This only bounds a live handler that never ends; pg-boss allows no more.
const EXPIRE_SECONDS = DAY_SECONDS

// pg-boss deletes waiting jobs that are older. Work must not vanish because the workers were off for two weeks.
const RETENTION_SECONDS = 365 * DAY_SECONDS

// For failed and cancelled jobs, which an operator may want to see; finished ones are deleted at once.
const DELETE_AFTER_SECONDS = DAY_SECONDS

// A dead letter is the last chance to update its rows: it is retried for days before it is left to the repair verbs.
const DEAD_LETTER_RETRY_LIMIT = 10_000

/** Every queue that Rindle needs, each dead-letter queue before the queue that points to it. */
export function pgBossQueues(options: PgBossJobsConfig): readonly PgBossQueue[] {
  return QUEUE_NAMES.flatMap((name) => [deadLetters(name, options), jobs(name, options)])
}

function jobs(name: QueueName, options: PgBossJobsConfig): PgBossQueue {
  const hasBackoff = options.retryDelaySeconds > 0
  return {
    name,
    // One job per key in state `created`; a running or retrying one does not swallow a new request.
    policy: 'short',
    deadLetter: deadLetterQueue(name),
    retryLimit: QUEUES[name].attempts - 1,
    retryDelay: options.retryDelaySeconds,
    retryBackoff: hasBackoff,
    ...(hasBackoff ? { retryDelayMax: options.retryDelayMaxSeconds } : {}),
    ...lifetimes(options),
  }
}

function deadLetters(name: QueueName, options: PgBossJobsConfig): PgBossQueue {
  return {
    name: deadLetterQueue(name),
    policy: 'standard',
    retryLimit: DEAD_LETTER_RETRY_LIMIT,
    retryDelay: options.retryDelayMaxSeconds,
    retryBackoff: false,
    ...lifetimes(options),
  }
}

function lifetimes(
  options: PgBossJobsConfig,
): Pick<Queue, 'expireInSeconds' | 'retentionSeconds' | 'deleteAfterSeconds' | 'heartbeatSeconds' | 'notify'> {
  return {
    expireInSeconds: EXPIRE_SECONDS,
    retentionSeconds: RETENTION_SECONDS,
    deleteAfterSeconds: DELETE_AFTER_SECONDS,
    heartbeatSeconds: options.heartbeatSeconds,
    notify: true,
  }
}
