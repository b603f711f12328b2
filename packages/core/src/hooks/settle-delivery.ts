import { type DeliveryOutcome, deliveryDelaySeconds, type FailedOutcome } from '../domain/delivery-attempts.ts'
import { RindleError } from '../domain/errors.ts'
import { deliverRequest } from '../kernel/outbox.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'
import type { ClaimedDelivery } from './claim-delivery.ts'
import { disableTarget, noteReached, noteUnreachable } from './target-health.ts'

type Sql = Pick<UnitOfWork, 'executeSql'>

/** Whether the job goes on with the next delivery of its line. */
type Next = 'next' | 'end'

/**
 * Records the result of an attempt, and enqueues the next one. Events that follow wait for one that is retried, and not
 * for one that is given up.
 */
export async function settleDelivery(
  runtime: Runtime,
  job: Pick<RunningJob, 'id'>,
  delivery: ClaimedDelivery,
  outcome: DeliveryOutcome,
): Promise<Next> {
  if (outcome.kind === 'delivered') {
    await inTransaction(runtime, undefined, async (unit) => {
      await markDelivered(unit, job, delivery, outcome.status)
      await noteReached(unit, delivery)
    })
    return 'next'
  }
  if (outcome.kind === 'gone') {
    await inTransaction(runtime, undefined, async (unit) => {
      await noteFailure(unit, job, delivery, { ...outcome, delaySeconds: 0 })
      await disableTarget(unit, delivery.target)
    })
    return 'end'
  }
  return delivery.isLastTry ? giveUp(runtime, job, delivery, outcome) : retryLater(runtime, job, delivery, outcome)
}

/**
 * Marks a delivery as done, within the transaction of `sql`. `conflict` when another job has taken it over: whatever the
 * transaction holds must not be committed then.
 */
export async function markDelivered(
  sql: Sql,
  { id }: Pick<RunningJob, 'id'>,
  { event, target }: ClaimedDelivery,
  status: number | null,
): Promise<void> {
  const { rows } = await sql.executeSql(
    `update rindle.media_deliveries
     set state = 'delivered', settled_at = clock_timestamp(), claimed_by = null, claimed_until = null,
       last_status = $4::int, error_reason = null, error_message = null, updated_at = now()
     where event_id = $1::uuid and target = $2::text and claimed_by = $3::text and state = 'pending'
     returning event_id`,
    [event.id, target, id, status],
  )
  if (rows.length > 0) return
  throw new RindleError('conflict', `Another job handled event ${event.id} for ${target} in the meantime.`)
}

async function retryLater(
  runtime: Runtime,
  job: Pick<RunningJob, 'id'>,
  delivery: ClaimedDelivery,
  outcome: FailedOutcome,
): Promise<Next> {
  const delaySeconds = deliveryDelaySeconds(delivery.attempt, Math.random(), outcome.retryAfterSeconds)
  await inTransaction(runtime, undefined, async (unit) => {
    // The row first: a job that waits for this line reads it, and must not rely on this one any more.
    if (!(await noteFailure(unit, job, delivery, { ...outcome, delaySeconds }))) return
    unit.enqueue(deliverRequest(delivery.target, delivery.event.assetId, delaySeconds))
    if (outcome.kind === 'unreachable') await noteUnreachable(unit, delivery.target)
    else await noteReached(unit, delivery)
  })
  return 'end'
}

async function giveUp(
  runtime: Runtime,
  job: Pick<RunningJob, 'id'>,
  { event, target, attempt }: ClaimedDelivery,
  { status, reason, message }: FailedOutcome,
): Promise<Next> {
  const { rows } = await runtime.database.executeSql(
    `update rindle.media_deliveries
     set state = 'dead', settled_at = clock_timestamp(), claimed_by = null, claimed_until = null,
       last_status = $4::int, error_reason = $5::text, error_message = $6::text, updated_at = now()
     where event_id = $1::uuid and target = $2::text and claimed_by = $3::text and state = 'pending'
     returning event_id`,
    [event.id, target, job.id, status, reason, message],
  )
  if (rows.length === 0) return 'end'
  runtime.logger.error(
    { target, eventId: event.id, assetId: event.assetId, attempt, code: reason },
    `An event was given up. ${message} Bring it back with \`rindle redeliver\`.`,
  )
  return 'next'
}

/** `false`: another job has taken it over. */
async function noteFailure(
  unit: UnitOfWork,
  job: Pick<RunningJob, 'id'>,
  { event, target }: ClaimedDelivery,
  failure: Pick<FailedOutcome, 'status' | 'reason' | 'message'> & { readonly delaySeconds: number },
): Promise<boolean> {
  const { rows } = await unit.executeSql(
    `update rindle.media_deliveries
     set claimed_by = null, claimed_until = null, last_status = $4::int, error_reason = $5::text,
       error_message = $6::text, next_attempt_at = clock_timestamp() + make_interval(secs => $7::float8),
       updated_at = now()
     where event_id = $1::uuid and target = $2::text and claimed_by = $3::text and state = 'pending'
     returning event_id`,
    [event.id, target, job.id, failure.status, failure.reason, failure.message, failure.delaySeconds],
  )
  return rows.length > 0
}
