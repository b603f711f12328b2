import type { HookEventType } from '../domain/hook-events.ts'
import { deliverRequest } from '../kernel/outbox.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { booleanOrNull, json, number, type Row, text, time } from '../kernel/sql/row-values.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { HookEvent } from '../ports/hooks.ts'
import type { RunningJob } from '../ports/jobs.ts'

/** A delivery that this job has taken, and its event. */
export interface ClaimedDelivery {
  readonly target: string
  readonly event: HookEvent
  /** 1 for the first attempt. */
  readonly attempt: number
  /** Whether it has failed for as long as it is retried. */
  readonly isLastTry: boolean
  /** Attempts in a row at this target, whatever the event, that did not reach it. */
  readonly targetFailures: number
}

/** The names of the queue of one asset's events for one target. */
export interface DeliveryLine {
  readonly target: string
  readonly assetId: string
}

/** Longer than any attempt: the job of a dead worker comes again by itself, and takes over its own claim at once. */
const CLAIM_MARGIN_SECONDS = 60

/**
 * Takes the first delivery that waits of an asset for a target; `null`: there is none, another job has it and goes on
 * with the others, it is not due yet (a job is enqueued for then), or the target gets nothing now. Events that nobody
 * wants any more are dropped.
 *
 * Locks the asset first, and so waits for the commit of a change that relies on this job. Then it locks the delivery: an
 * attempt that fails changes that row before it enqueues the next one, so this job cannot end in between.
 */
export async function claimDelivery(
  runtime: Runtime,
  job: Pick<RunningJob, 'id'>,
  line: DeliveryLine,
  attemptMs: number,
): Promise<ClaimedDelivery | null> {
  return inTransaction(runtime, undefined, async (unit) => {
    await unit.executeSql('select 1 from rindle.media_assets where id = $1::uuid for share', [line.assetId])
    const row = await firstWaiting(unit, job.id, line)
    if (row === undefined || is(row, 'is_taken') || is(row, 'is_stopped')) return null
    if (is(row, 'is_early')) {
      unit.enqueue(deliverRequest(line.target, line.assetId, Math.ceil(number(row, 'wait_seconds'))))
      return null
    }
    await unit.executeSql(
      `update rindle.media_deliveries
       set claimed_by = $3::text, claimed_until = clock_timestamp() + make_interval(secs => $4::float8),
         attempts = attempts + 1, first_attempt_at = coalesce(first_attempt_at, clock_timestamp()), updated_at = now()
       where event_id = $1::uuid and target = $2::text`,
      [text(row, 'id'), line.target, job.id, attemptMs / 1_000 + CLAIM_MARGIN_SECONDS],
    )
    return {
      target: line.target,
      event: eventFromRow(row),
      attempt: number(row, 'attempts') + 1,
      isLastTry: number(row, 'tried_seconds') >= runtime.hooks.retryForSeconds,
      targetFailures: number(row, 'failures'),
    }
  })
}

/** Locks it. Deliveries before it that their target no longer wants are dropped. */
async function firstWaiting(unit: UnitOfWork, jobId: string, line: DeliveryLine): Promise<Row | undefined> {
  for (;;) {
    const row = await lockFirst(unit, jobId, line)
    if (row === undefined || is(row, 'is_wanted')) return row
    await unit.executeSql('delete from rindle.media_deliveries where event_id = $1::uuid and target = $2::text', [
      text(row, 'id'),
      line.target,
    ])
  }
}

async function lockFirst(unit: UnitOfWork, jobId: string, line: DeliveryLine): Promise<Row | undefined> {
  const { rows } = await unit.executeSql(
    `select event.*, delivery.attempts, target.failures, event.type = any (target.types) as is_wanted,
       coalesce(claimed_by <> $3::text and claimed_until > clock_timestamp(), false) as is_taken,
       paused_at is not null or disabled_at is not null or coalesce(held_until > clock_timestamp(), false) as is_stopped,
       next_attempt_at > clock_timestamp() as is_early,
       extract(epoch from next_attempt_at - clock_timestamp())::float8 as wait_seconds,
       coalesce(extract(epoch from clock_timestamp() - first_attempt_at), 0)::float8 as tried_seconds
     from rindle.media_deliveries as delivery
       join rindle.media_events as event on event.id = delivery.event_id
       join rindle.media_event_targets as target on target.name = delivery.target
     where delivery.target = $1::text and delivery.asset_id = $2::uuid and delivery.state = 'pending'
     order by delivery.sequence limit 1 for update of delivery`,
    [line.target, line.assetId, jobId],
  )
  return rows[0]
}

/** Lets another job take over what this one has claimed: at once, not when the claim has run out. */
export async function releaseClaim(
  unit: Pick<UnitOfWork, 'executeSql'>,
  jobId: string,
  { target, assetId }: DeliveryLine,
): Promise<void> {
  await unit.executeSql(
    `update rindle.media_deliveries set claimed_by = null, claimed_until = null, updated_at = now()
     where target = $1::text and asset_id = $2::uuid and state = 'pending' and claimed_by = $3::text`,
    [target, assetId, jobId],
  )
}

/** The facts of an event's payload; absent ones do not apply. */
interface EventFacts {
  readonly state?: string
  readonly variantName?: string
  readonly sessionId?: string
  readonly owner?: { readonly type: string; readonly id: string }
  readonly slot?: string
  readonly reason?: string
}

/** Reads a row of `media_events`, with every column. Pure. */
export function eventFromRow(row: Row): HookEvent {
  const {
    state = '',
    variantName = null,
    sessionId = null,
    owner = null,
    slot = null,
    reason = null,
  } = json<EventFacts>(row, 'payload')
  return {
    id: text(row, 'id'),
    type: text(row, 'type') as HookEventType,
    occurredAt: time(row, 'occurred_at'),
    assetId: text(row, 'asset_id'),
    profile: text(row, 'profile'),
    state,
    variantName,
    sessionId,
    owner,
    slot,
    reason,
  }
}

function is(row: Row, column: string): boolean {
  return booleanOrNull(row, column) === true
}
