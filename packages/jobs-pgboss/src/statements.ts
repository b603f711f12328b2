import { createHash } from 'node:crypto'
import type { JobClaim } from './held-job.ts'

/** SQL with its values. */
export interface Statement {
  readonly text: string
  readonly values: unknown[]
}

/** The channel on which pg-boss announces jobs; the payload is the queue's name. */
export function notifyChannel(schema: string): string {
  return `pgboss_${createHash('sha224').update(schema).digest('hex').slice(0, 24)}`
}

/** Payload on {@link notifyChannel} that tells workers of `queue` to check whether their jobs are still theirs. */
export function recheckPayload(queue: string): string {
  return `rindle:recheck:${queue}`
}

/**
 * Cancels every unfinished job with one of these keys and tells the workers. Locks the job rows until the end of the
 * transaction, in the order of their ids, so that two cancellations cannot deadlock.
 */
export function cancelJobs(schema: string, queue: string, keys: readonly string[]): Statement {
  const text = `
    with unfinished as (
      select id from ${schema}.job
      where name = $1 and singleton_key = any($2::text[]) and state < 'completed'
      order by id for update
    ), cancelled as (
      update ${schema}.job as job set state = 'cancelled', completed_on = now()
      from unfinished where job.name = $1 and job.id = unfinished.id
      returning job.id
    ), announced as (
      select pg_notify('${notifyChannel(schema)}', '${recheckPayload(queue)}') from cancelled limit 1
    )
    select count(*)::int as announced from announced`
  return { text, values: [queue, [...keys]] }
}

/** Renews the claims that still hold, and returns their jobs as rows `{ id }`. Locks in the order of ids, as above. */
export function renewClaims(schema: string, queue: string, claims: readonly JobClaim[]): Statement {
  const text = `
    with held as (
      select job.id from ${schema}.job as job
      join unnest($2::uuid[], $3::int[]) as claim (id, retry_count) using (id, retry_count)
      where job.name = $1 and job.state = 'active'
      order by job.id for update of job
    )
    update ${schema}.job as job set heartbeat_on = now()
    from held where job.name = $1 and job.id = held.id
    returning job.id`
  return { text, values: [queue, claims.map(({ id }) => id), claims.map(({ retryCount }) => retryCount)] }
}

/**
 * Puts one running job back for another worker to take at once, without using up an attempt: a job that was never
 * started is claimed under the same count. Does nothing if the claim is gone.
 */
export function giveBackJob(schema: string, queue: string, claim: JobClaim): Statement {
  const text = `
    with given_back as (
      update ${schema}.job set state = 'retry', start_after = now(), started_on = null, heartbeat_on = null
      where name = $1 and id = $2::uuid and state = 'active' and retry_count = $3::int
      returning id
    ), announced as (
      select pg_notify('${notifyChannel(schema)}', '${queue}') from given_back
    )
    select count(*)::int as announced from announced`
  return { text, values: [queue, claim.id, claim.retryCount] }
}

/**
 * Claims due jobs of one asset, as pg-boss claims those of all: its own statement has no such condition. Returns the
 * columns that a worker reads.
 */
export function claimJobs(schema: string, queue: string, assetId: string, count: number): Statement {
  const text = `
    with next as (
      select id from ${schema}.job
      where name = $1 and state < 'active' and not blocked and start_after <= ${schema}.job_now()
        and data ->> 'assetId' = $2
      order by priority desc, created_on limit $3::int for update skip locked
    )
    update ${schema}.job as job set state = 'active', started_on = ${schema}.job_now(),
      heartbeat_on = ${schema}.job_now(),
      retry_count = case when started_on is not null then retry_count + 1 else retry_count end
    from next where job.name = $1 and job.id = next.id
    returning job.id, job.name, job.data, job.retry_count as "retryCount", job.retry_limit as "retryLimit",
      job.singleton_key as "singletonKey", job.source_id as "sourceId"`
  return { text, values: [queue, assetId, count] }
}

/** Those of these queues that have a due job, of one asset or of any, as rows `{ name }`. */
export function findDueQueues(schema: string, queues: readonly string[], assetId: string | undefined): Statement {
  const text = `
    select queue.name from unnest($1::text[]) as queue (name)
    where exists (
      select 1 from ${schema}.job as job
      where job.name = queue.name and job.state < 'active' and not job.blocked
        and job.start_after <= ${schema}.job_now() and ($2::text is null or job.data ->> 'assetId' = $2::text))`
  return { text, values: [[...queues], assetId ?? null] }
}

/** The keys that have an unfinished job in one of these queues, as rows `{ key }`. */
export function findLiveKeys(schema: string, queues: readonly string[], keys: readonly string[]): Statement {
  const text = `
    select distinct singleton_key as key from ${schema}.job
    where name = any($1::text[]) and singleton_key = any($2::text[]) and state <= 'active'`
  return { text, values: [[...queues], [...keys]] }
}

/**
 * Jobs per queue and state, without finished and cancelled ones, as rows
 * `{ queue, state, count, oldestWaitSeconds, oldestAgeSeconds }`: how long the oldest due job has waited, and the age of
 * the oldest job.
 */
export function countJobs(schema: string, queues: readonly string[]): Statement {
  const text = `
    select name as queue, state::text as state, count(*)::int as count,
      extract(epoch from now() - min(start_after) filter (where start_after <= now()))::float8 as "oldestWaitSeconds",
      extract(epoch from now() - min(created_on))::float8 as "oldestAgeSeconds"
    from ${schema}.job
    where name = any($1::text[]) and state not in ('completed', 'cancelled')
    group by name, state`
  return { text, values: [[...queues]] }
}

/** The cron jobs of these queues, as rows `{ name, queue, cron, payload, since }`, sorted by name. */
export function findSchedules(schema: string, queues: readonly string[]): Statement {
  const text = `
    select key as name, name as queue, cron, data as payload, updated_on as since from ${schema}.schedule
    where name = any($1::text[]) order by key, name`
  return { text, values: [[...queues]] }
}
