import type { SqlExecutor } from '@rindle/prisma'
import { holdSeconds } from '../domain/delivery-attempts.ts'
import { drainKeys, keyFor } from '../domain/queues.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { number, text } from '../kernel/sql/row-values.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { JobRequest } from '../ports/jobs.ts'

// A target that cannot be reached is held: its jobs end without an attempt, and one job, the drain, brings them back.
// So a receiver that is down for a day costs neither a job for each waiting event nor the turn of other targets.

/** How long a target waits for a process with its code. */
const NO_CODE_HOLD_SECONDS = 60

/** The job that enqueues the jobs of whatever is due at a target. */
export function drainRequest(target: string, delaySeconds = 0): JobRequest {
  return { queue: 'rindle_events', key: keyFor(drainKeys(target), delaySeconds), payload: { target }, delaySeconds }
}

/** Locks a target before the request for its drain: the drain does the same, and then sees what was written. */
export async function lockTarget(unit: Pick<UnitOfWork, 'executeSql'>, target: string): Promise<void> {
  await unit.executeSql('select 1 from rindle.media_event_targets where name = $1::text for no key update', [target])
}

/** Counts an attempt that did not reach the target; after some in a row, the target is held. */
export async function noteUnreachable(unit: UnitOfWork, target: string): Promise<void> {
  const { rows } = await unit.executeSql(
    `update rindle.media_event_targets set failures = failures + 1, updated_at = now()
     where name = $1::text returning failures`,
    [target],
  )
  const seconds = holdSeconds(number(rows[0] ?? { failures: 0 }, 'failures'))
  if (seconds > 0) await hold(unit, target, 'unreachable', seconds)
}

/** Ends the hold of a target that answers again. Costs a statement only after failures. */
export async function noteReached(
  unit: UnitOfWork,
  { target, targetFailures }: { readonly target: string; readonly targetFailures: number },
): Promise<void> {
  if (targetFailures === 0) return
  const { rows } = await unit.executeSql(
    `update rindle.media_event_targets set failures = 0, held_until = null, held_reason = null, updated_at = now()
     where name = $1::text and failures > 0 returning name`,
    [target],
  )
  for (const row of rows) unit.enqueue(drainRequest(text(row, 'name')))
}

/** Sends nothing more to a target that said it is gone, until an operator resumes it. */
export async function disableTarget(unit: UnitOfWork, target: string): Promise<void> {
  await unit.executeSql(
    `update rindle.media_event_targets set disabled_at = coalesce(disabled_at, now()), updated_at = now()
     where name = $1::text`,
    [target],
  )
}

/**
 * Holds a target whose code no living worker has, and returns whether it did. The target's row is locked first, so a
 * worker that starts meanwhile is seen here, or ends the hold by {@link endHoldsWithoutCode}.
 */
export async function holdWithoutCode(unit: UnitOfWork, target: string): Promise<boolean> {
  await lockTarget(unit, target)
  if (await isServed(unit, target)) return false
  await hold(unit, target, 'no_code', NO_CODE_HOLD_SECONDS)
  return true
}

/** Ends the holds of targets that waited for a worker with their code. Called by one that has announced itself. */
export async function endHoldsWithoutCode(runtime: Runtime, targets: readonly string[]): Promise<void> {
  if (targets.length === 0) return
  await inTransaction(runtime, undefined, async (unit) => {
    const { rows } = await unit.executeSql(
      `update rindle.media_event_targets set held_until = null, held_reason = null, updated_at = now()
       where held_reason = 'no_code' and name in (select jsonb_array_elements_text($1::jsonb)) returning name`,
      [JSON.stringify(targets)],
    )
    for (const row of rows) unit.enqueue(drainRequest(text(row, 'name')))
  })
}

async function hold(
  unit: UnitOfWork,
  target: string,
  reason: 'unreachable' | 'no_code',
  seconds: number,
): Promise<void> {
  await unit.executeSql(
    `update rindle.media_event_targets
     set held_until = clock_timestamp() + make_interval(secs => $2::float8), held_reason = $3::text, updated_at = now()
     where name = $1::text`,
    [target, seconds, reason],
  )
  unit.enqueue(drainRequest(target, seconds))
}

/** Whether some worker that lives has the code, or the URL, of a target. */
export async function isServed(sql: SqlExecutor, target: string): Promise<boolean> {
  const { rows } = await sql.executeSql(
    `select 1 from rindle.media_workers
     where stopped_at is null and beat_at > clock_timestamp() - interval '1 minute' and jsonb_exists(targets, $1::text)
       and jsonb_exists(queues, 'rindle_events')
     limit 1`,
    [target],
  )
  return rows.length > 0
}
